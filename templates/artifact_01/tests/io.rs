//! Readiness.

mod common;

use std::cell::Cell;
use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::net::UnixStream;
use std::rc::Rc;
use std::time::Duration;

use common::spin;
use {{crate_ident}}::{Executor, Handle};

fn pair() -> (UnixStream, UnixStream) {
    let (here, there) = UnixStream::pair().unwrap();
    here.set_nonblocking(true).unwrap();
    there.set_nonblocking(true).unwrap();
    (here, there)
}

/// Reads one byte; `None` is the end.
async fn read_byte(handle: &Handle, mut stream: &UnixStream) -> Option<u8> {
    let mut byte = [0];
    loop {
        match stream.read(&mut byte) {
            Ok(0) => return None,
            Ok(_) => return Some(byte[0]),
            Err(e) if e.kind() == ErrorKind::WouldBlock => {
                handle.readable(stream.as_fd()).await.unwrap();
            }
            Err(e) => panic!("{e}"),
        }
    }
}

/// Fills what the system holds for a stream.
fn fill(mut stream: &UnixStream) {
    while stream.write(&[0; 4096]).is_ok() {}
}

#[test]
fn data_that_is_there_already_makes_it_ready_as_often_as_asked() {
    let executor = Executor::new().unwrap();
    let handle = executor.handle();
    let (mut here, mut there) = pair();
    there.write_all(b"abcde").unwrap();
    for _ in 0..2 {
        let ready = executor.block_on(handle.readable(here.as_fd()));
        assert!(ready.unwrap().unwrap().is_readable());
    }
    here.read_exact(&mut [0; 3]).unwrap();
    let ready = executor.block_on(handle.readable(here.as_fd()));
    assert!(ready.unwrap().unwrap().is_readable());
}

#[test]
fn bytes_pass_both_ways_until_the_end() {
    let executor = Executor::new().unwrap();
    let handle = executor.handle();
    let (here, there) = pair();
    let echo = {
        let handle = handle.clone();
        executor.spawn(async move {
            while let Some(byte) = read_byte(&handle, &there).await {
                (&there).write_all(&[byte]).unwrap();
            }
        })
    };
    executor
        .block_on(async {
            for byte in 0..100 {
                (&here).write_all(&[byte]).unwrap();
                assert_eq!(read_byte(&handle, &here).await, Some(byte));
            }
            drop(here);
            echo.await.unwrap();
        })
        .unwrap();
}

#[test]
fn a_reader_and_a_writer_of_one_descriptor_are_both_woken() {
    let executor = Executor::new().unwrap();
    let handle = executor.handle();
    let (here, there) = pair();
    fill(&here);
    let here = Rc::new(here);
    let wait = |write: bool| {
        let (handle, here) = (handle.clone(), Rc::clone(&here));
        executor.spawn(async move {
            let ready = if write {
                handle.writable(here.as_fd()).await
            } else {
                handle.readable(here.as_fd()).await
            };
            ready.unwrap()
        })
    };
    let (reader, writer) = (wait(false), wait(true));
    executor.run_until_stalled().unwrap();
    assert!(!reader.is_finished() && !writer.is_finished());

    let mut sink = [0; 4096];
    while (&there).read(&mut sink).is_ok() {}
    assert!(executor.block_on(writer).unwrap().unwrap().is_writable());
    assert!(!reader.is_finished());
    (&there).write_all(b"x").unwrap();
    assert!(executor.block_on(reader).unwrap().unwrap().is_readable());
}

#[test]
fn two_readers_of_one_descriptor_are_both_woken() {
    let executor = Executor::new().unwrap();
    let (here, there) = pair();
    let here = Rc::new(here);
    let readers = [(); 2].map(|()| {
        let (handle, here) = (executor.handle(), Rc::clone(&here));
        executor.spawn(async move { handle.readable(here.as_fd()).await.is_ok() })
    });
    executor.run_until_stalled().unwrap();
    (&there).write_all(b"x").unwrap();
    for reader in readers {
        assert!(executor.block_on(reader).unwrap().unwrap());
    }
}

#[test]
fn a_hang_up_wakes_both_directions_and_does_not_spin_the_loop() {
    let executor = Executor::new().unwrap();
    let handle = executor.handle();
    let (here, there) = pair();
    fill(&here);
    drop(there);
    let ready = executor.block_on(handle.writable(here.as_fd()));
    let ready = ready.unwrap().unwrap();
    assert!(ready.is_readable() && ready.is_writable());
    // Nobody waits for it now.
    executor
        .block_on(handle.sleep(Duration::from_millis(5)))
        .unwrap();
}

#[test]
fn a_number_that_is_used_again_gets_only_its_own_events() {
    let executor = Executor::new().unwrap();
    let handle = executor.handle();
    for _ in 0..100 {
        let (here, mut there) = pair();
        let number = here.as_raw_fd();
        let waiting = executor.spawn({
            let handle = handle.clone();
            let here = here.try_clone().unwrap();
            async move { handle.readable(here.as_fd()).await.is_ok() }
        });
        executor.run_until_stalled().unwrap();
        there.write_all(b"x").unwrap();
        waiting.cancel();
        executor.run().unwrap();
        drop((here, there));

        let (next, _other) = pair();
        let fresh = executor.spawn({
            let handle = handle.clone();
            async move { handle.readable(next.as_fd()).await.is_ok() }
        });
        executor.run_until_stalled().unwrap();
        assert!(!fresh.is_finished(), "number {number}");
        fresh.cancel();
        executor.run().unwrap();
    }
}

#[test]
fn more_ready_descriptors_than_one_report_holds_are_all_served() {
    let executor = Executor::new().unwrap();
    let mut readers = Vec::new();
    for _ in 0..400 {
        let (here, mut there) = pair();
        let handle = executor.handle();
        there.write_all(b"x").unwrap();
        readers.push(executor.spawn(async move {
            let _open = there;
            handle.readable(here.as_fd()).await.is_ok()
        }));
    }
    for reader in readers {
        assert!(executor.block_on(reader).unwrap().unwrap());
    }
}

#[test]
fn a_ready_descriptor_is_served_while_others_spin() {
    let executor = Executor::new().unwrap();
    let polls = Rc::new(Cell::new(0));
    for _ in 0..8 {
        drop(executor.spawn(spin(Rc::clone(&polls))));
    }
    let handle = executor.handle();
    let (here, mut there) = pair();
    let reader = executor.spawn(async move { read_byte(&handle, &here).await });
    executor.block_on(common::yield_now()).unwrap();
    there.write_all(b"x").unwrap();
    let before = polls.get();
    let byte = executor.block_on(reader).unwrap().unwrap();
    assert_eq!(byte, Some(b'x'));
    assert!(polls.get() - before <= 1_000);
}

#[test]
#[cfg(target_os = "linux")]
fn what_cannot_be_watched_is_an_error() {
    let executor = Executor::new().unwrap();
    let handle = executor.handle();
    let file = File::open("Cargo.toml").unwrap();
    let result = executor.block_on(handle.readable(file.as_fd())).unwrap();
    assert_eq!(result.unwrap_err().kind(), ErrorKind::PermissionDenied);
}
