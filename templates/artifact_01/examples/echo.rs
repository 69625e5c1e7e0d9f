//! An echo server on one thread: `cargo run --example echo`, then talk to it
//! with `nc 127.0.0.1 7007`.

use std::error::Error;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::AsFd;

use {{crate_ident}}::{Executor, Handle};

/// Tries until it does not block, waiting for the descriptor in between.
async fn serve(handle: Handle, mut stream: TcpStream) -> io::Result<()> {
    stream.set_nonblocking(true)?;
    let mut buffer = [0; 4096];
    loop {
        let count = match stream.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(count) => count,
            Err(e) if e.kind() == ErrorKind::WouldBlock => {
                handle.readable(stream.as_fd()).await?;
                continue;
            }
            Err(e) => return Err(e),
        };
        let mut rest = &buffer[..count];
        while !rest.is_empty() {
            match stream.write(rest) {
                Ok(written) => rest = &rest[written..],
                Err(e) if e.kind() == ErrorKind::WouldBlock => {
                    handle.writable(stream.as_fd()).await?;
                }
                Err(e) => return Err(e),
            }
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind(("127.0.0.1", 7007))?;
    listener.set_nonblocking(true)?;
    println!("listening on {}", listener.local_addr()?);

    let executor = Executor::new()?;
    let handle = executor.handle();
    executor.block_on(async {
        loop {
            match listener.accept() {
                Ok((stream, peer)) => {
                    let serving = serve(handle.clone(), stream);
                    drop(handle.spawn(async move {
                        if let Err(error) = serving.await {
                            eprintln!("{peer}: {error}");
                        }
                    }));
                }
                Err(e) if e.kind() == ErrorKind::WouldBlock => {
                    handle.readable(listener.as_fd()).await?;
                }
                Err(e) => return Err(e),
            }
        }
    })??;
    Ok(())
}
