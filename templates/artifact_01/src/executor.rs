//! The loop.

use std::cell::{Cell, RefCell};
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::io;
use std::os::fd::BorrowedFd;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use crate::join::{self, JoinHandle};
use crate::reactor::{Interest, Reactor, Readiness};
use crate::remote::{Batch, Remote, Shared};
use crate::sys::Event;
use crate::task::{self, discard, Header, Job, Table, TaskId, Turn};
use crate::timer::{Sleep, Timers};

/// How many polls a turn makes before it looks at the reactor and the timers.
///
/// A look is a system call, a hundred times the price of a poll; a descriptor
/// that is ready waits for as many polls.
const BUDGET: usize = 64;

/// Everything of an executor.
///
/// Polling, waking and dropping run code of the user, which may call back into
/// all of this: no `RefCell` is borrowed meanwhile.
pub(crate) struct Inner {
    shared: Arc<Shared>,
    /// The part of the ready queue that the loop has fetched.
    batch: RefCell<Batch>,
    tasks: RefCell<Table>,
    pub(crate) timers: RefCell<Timers>,
    pub(crate) reactor: RefCell<Reactor>,
    running: Cell<bool>,
    closed: Cell<bool>,
}

/// When a run is over.
#[derive(Clone, Copy, PartialEq)]
enum Goal {
    /// The main future is ready.
    Main,
    /// No task is left.
    Empty,
    /// Nothing can be polled.
    Stalled,
}

/// The future of a `block_on`: in the queue like a task, but not in the table,
/// for it may borrow and need not be `'static`.
struct Main<'a> {
    header: Arc<Header>,
    poll: &'a mut dyn FnMut() -> Poll<()>,
}

/// Clears the flag when the run is over, a panic of the main future included.
struct Running<'a>(&'a Cell<bool>);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

impl Inner {
    fn new() -> io::Result<Self> {
        let reactor = Reactor::new()?;
        Ok(Self {
            shared: Arc::new(Shared::new(reactor.bell())),
            batch: RefCell::new(Batch::new()),
            tasks: RefCell::new(Table::new()),
            timers: RefCell::new(Timers::new()),
            reactor: RefCell::new(reactor),
            running: Cell::new(false),
            closed: Cell::new(false),
        })
    }

    fn spawn(self: &Rc<Self>, job: Job) -> Option<TaskId> {
        if self.closed.get() {
            discard(job);
            return None;
        }
        let header = self.tasks.borrow_mut().insert(job, &self.shared);
        header.wake();
        header.id
    }

    fn enter(&self) -> Result<Running<'_>, RunError> {
        if self.running.replace(true) {
            return Err(RunError::Nested);
        }
        Ok(Running(&self.running))
    }

    /// The next task on the queue.
    fn next(self: &Rc<Self>) -> Option<Arc<Header>> {
        let mut batch = self.batch.borrow_mut();
        while batch.is_empty() {
            let arrivals = self.shared.take(&mut batch);
            if arrivals.is_empty() {
                break;
            }
            for arrival in arrivals {
                let (finish, _) = join::pair(Handle::new(self));
                self.spawn(task::job(arrival, finish));
            }
        }
        batch.pop_front()
    }

    /// Gives a task its turn. False if it had none coming.
    fn turn(&self, header: Arc<Header>) -> bool {
        let Some(id) = header.id else {
            return false; // a `block_on` that is over
        };
        // First, so that a wake during the poll queues the task again.
        header.begin();
        let turn = self.tasks.borrow_mut().begin(id);
        let mut job = match turn {
            Turn::Poll(job) => job,
            Turn::Drop(job) => {
                discard(job);
                return false;
            }
            Turn::Nothing => return false,
        };
        let waker = task::waker(header);
        let over = match job.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Pending => self.tasks.borrow_mut().put_back(id, job),
            Poll::Ready(()) => {
                self.tasks.borrow_mut().remove(id);
                Some(job)
            }
        };
        if let Some(job) = over {
            discard(job);
        }
        true
    }

    /// Polls what is ready, looks at the reactor and the timers, and so on until
    /// the goal is reached. Returns the number of polls.
    fn drive(self: &Rc<Self>, goal: Goal, mut main: Option<Main<'_>>) -> io::Result<u64> {
        let mut polls = 0;
        let mut events = Vec::new();
        loop {
            for _ in 0..BUDGET {
                let Some(header) = self.next() else { break };
                match &mut main {
                    Some(main) if Arc::ptr_eq(&main.header, &header) => {
                        header.begin();
                        polls += 1;
                        if (main.poll)().is_ready() {
                            return Ok(polls);
                        }
                    }
                    _ => polls += u64::from(self.turn(header)),
                }
            }
            // What another thread spawned is live, too, and not in the table yet.
            if goal == Goal::Empty && self.tasks.borrow().is_empty() && self.is_idle() {
                return Ok(polls);
            }
            self.look(goal != Goal::Stalled, &mut events)?;
            if goal == Goal::Stalled && self.is_idle() {
                return Ok(polls);
            }
        }
    }

    fn is_idle(&self) -> bool {
        self.batch.borrow().is_empty() && self.shared.is_idle()
    }

    /// Looks at the reactor and the timers; sleeps if there is nothing else to
    /// do and `may_sleep`.
    fn look(&self, may_sleep: bool, events: &mut Vec<Event>) -> io::Result<()> {
        let sleep = may_sleep && self.batch.borrow().is_empty() && self.shared.park();
        let timeout = if sleep {
            self.timers.borrow().until_next()
        } else {
            Some(Duration::ZERO)
        };
        events.clear();
        let result = self.reactor.borrow_mut().wait(timeout, events);
        if sleep {
            self.shared.unpark();
        }
        result?;
        // Each waker is taken in a statement of its own: the borrow ends before
        // the wake, which may be code of the user.
        for &event in events.iter() {
            self.reactor.borrow_mut().note(event);
            loop {
                let waker = self.reactor.borrow_mut().pop(event);
                let Some(waker) = waker else { break };
                waker.wake();
            }
        }
        if self.timers.borrow().is_empty() {
            return Ok(());
        }
        let now = Instant::now();
        loop {
            let waker = self.timers.borrow_mut().pop(now);
            let Some(waker) = waker else { break };
            waker.wake();
        }
        Ok(())
    }

    /// Drops all futures. What they do meanwhile is refused or does nothing.
    fn close(&self) {
        self.closed.set(true);
        let (_ready, arrivals) = self.shared.close();
        arrivals.into_iter().for_each(discard);
        loop {
            let job = self.tasks.borrow_mut().pop();
            let Some(job) = job else { break };
            discard(job);
        }
        self.batch.take();
    }
}

/// Owns tasks, timers and the reactor, and runs them on one thread.
///
/// Dropping it drops every task that is left; spawns from those drops are
/// refused. Wakers, handles and remotes that are left stay valid and do nothing.
pub struct Executor {
    inner: Rc<Inner>,
}

impl Executor {
    /// # Errors
    ///
    /// The system gave no descriptor for the reactor or its bell.
    pub fn new() -> io::Result<Self> {
        let inner = Rc::new(Inner::new()?);
        Ok(Self { inner })
    }

    /// What tasks use to spawn, to sleep and to wait.
    #[must_use]
    pub fn handle(&self) -> Handle {
        Handle::new(&self.inner)
    }

    /// As [`Handle::spawn`].
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        self.handle().spawn(future)
    }

    /// Runs until `future` is ready. Tasks progress meanwhile; those that are
    /// not done go on with the next run.
    ///
    /// # Errors
    ///
    /// [`RunError`]; the future is dropped.
    ///
    /// # Panics
    ///
    /// If `future` does. The executor and its tasks are unharmed.
    pub fn block_on<F: Future>(&self, future: F) -> Result<F::Output, RunError> {
        let mut future = pin!(future);
        let _running = self.inner.enter()?;
        let header = Header::new(None, Arc::clone(&self.inner.shared));
        let waker = task::waker(Arc::clone(&header));
        let mut output = None;
        let mut poll = || {
            let poll = future.as_mut().poll(&mut Context::from_waker(&waker));
            poll.map(|value| output = Some(value))
        };
        header.wake();
        let poll = &mut poll;
        self.inner.drive(Goal::Main, Some(Main { header, poll }))?;
        Ok(output.expect("the goal was the output"))
    }

    /// Runs until no task is left: at once, if there is none.
    ///
    /// # Errors
    ///
    /// [`RunError`]; the tasks are unharmed.
    pub fn run(&self) -> Result<(), RunError> {
        let _running = self.inner.enter()?;
        self.inner.drive(Goal::Empty, None)?;
        Ok(())
    }

    /// Runs until nothing can be polled, without ever sleeping; returns how many
    /// polls that took. Tasks that keep waking themselves keep it running.
    ///
    /// # Errors
    ///
    /// [`RunError`]; the tasks are unharmed.
    pub fn run_until_stalled(&self) -> Result<u64, RunError> {
        let _running = self.inner.enter()?;
        Ok(self.inner.drive(Goal::Stalled, None)?)
    }
}

impl Drop for Executor {
    fn drop(&mut self) {
        self.inner.close();
    }
}

impl fmt::Debug for Executor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Executor").finish_non_exhaustive()
    }
}

/// Spawns, sleeps and waits for descriptors, from inside tasks and outside.
///
/// Cheap to clone; move a clone into each task that needs one.
#[derive(Clone)]
pub struct Handle {
    inner: Rc<Inner>,
}

impl Handle {
    fn new(inner: &Rc<Inner>) -> Self {
        Self {
            inner: Rc::clone(inner),
        }
    }

    /// Makes a task. It is first polled by a run, in its turn.
    ///
    /// While the executor is being dropped the future is dropped at once, and
    /// the [`JoinHandle`] has no id and is finished.
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        let (finish, mut handle) = join::pair(self.clone());
        if let Some(id) = self.inner.spawn(task::job(future, finish)) {
            handle.set_id(id);
        }
        handle
    }

    /// Ends a task: it is not polled again and its future is dropped in the next
    /// turn, or, if it cancels itself, after this poll.
    ///
    /// False if the task has ended already, or was cancelled before.
    pub fn cancel(&self, task: TaskId) -> bool {
        self.inner.tasks.borrow_mut().cancel(task)
    }

    /// Waits for `duration`; for ever, if that is more than time has.
    pub fn sleep(&self, duration: Duration) -> Sleep {
        let deadline = Instant::now().checked_add(duration);
        Sleep::new(Rc::clone(&self.inner), deadline)
    }

    /// Waits until `deadline`; not at all, if that is past.
    pub fn sleep_until(&self, deadline: Instant) -> Sleep {
        Sleep::new(Rc::clone(&self.inner), Some(deadline))
    }

    /// Waits until there is something to read.
    pub fn readable<'fd>(&self, fd: BorrowedFd<'fd>) -> Readiness<'fd> {
        self.ready(fd, Interest::READABLE)
    }

    /// Waits until there is room to write.
    pub fn writable<'fd>(&self, fd: BorrowedFd<'fd>) -> Readiness<'fd> {
        self.ready(fd, Interest::WRITABLE)
    }

    /// Waits until any of the directions of `interest` is ready.
    pub fn ready<'fd>(&self, fd: BorrowedFd<'fd>, interest: Interest) -> Readiness<'fd> {
        Readiness::new(Rc::clone(&self.inner), fd, interest)
    }

    /// What other threads use to spawn.
    #[must_use]
    pub fn remote(&self) -> Remote {
        Remote::new(Arc::clone(&self.inner.shared))
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").finish_non_exhaustive()
    }
}

/// Why a run did not reach its end.
#[derive(Debug)]
pub enum RunError {
    /// It was called from inside a poll of the same executor, which could never
    /// go on.
    Nested,
    /// The system refused to wait.
    Io(io::Error),
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nested => f.write_str("the executor is running already"),
            Self::Io(error) => write!(f, "cannot wait for events: {error}"),
        }
    }
}

impl Error for RunError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Nested => None,
            Self::Io(error) => Some(error),
        }
    }
}

impl From<io::Error> for RunError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}
