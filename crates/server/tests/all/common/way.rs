//! A way between two programs, on which one call can be held up at a chosen point.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// What happens to the calls that begin with the line that is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hold {
    /// They pass.
    Nothing,
    /// They do not reach the other side.
    Request,
    /// They do, and the answer, or the end of the connection, does not come back.
    Answer,
}

#[derive(Debug)]
struct State {
    target: String,
    hold: Hold,
    seen: bool,
    answered: bool,
    /// Counts the releases: who waits for one goes on when it has changed.
    released: u32,
    /// Whether what was held goes on, or is lost.
    goes_on: bool,
}

/// A way that listens on this machine.
pub(crate) struct Way {
    /// Where it listens: an address and a port.
    pub(crate) address: String,
    state: Arc<Mutex<State>>,
}

impl Way {
    /// A way to an address. Calls that begin with `line` are the ones that can be held. With `own_host` the other side is
    /// told its own address as host, since it answers to no other.
    pub(crate) fn to(target: &str, line: &'static str, own_host: bool) -> Way {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let state = Arc::new(Mutex::new(State {
            target: target.to_owned(),
            hold: Hold::Nothing,
            seen: false,
            answered: false,
            released: 0,
            goes_on: true,
        }));
        let way = Way { address: address.clone(), state: Arc::clone(&state) };
        thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                let (state, address) = (Arc::clone(&state), address.clone());
                thread::spawn(move || connect(near, &state, line, own_host.then_some(&address)));
            }
        });
        way
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// Where new connections go.
    pub(crate) fn lead_to(&self, target: &str) {
        target.clone_into(&mut self.state().target);
    }

    /// From now on such calls are held there.
    pub(crate) fn hold(&self, hold: Hold) {
        let mut state = self.state();
        (state.hold, state.seen, state.answered) = (hold, false, false);
    }

    /// Such a call has come.
    pub(crate) fn has_seen(&self) -> bool {
        self.state().seen
    }

    /// The other side has said its last word to one that is held.
    pub(crate) fn is_answered(&self) -> bool {
        self.state().answered
    }

    /// Holds nothing any more; what was held goes on or is lost.
    pub(crate) fn release(&self, goes_on: bool) {
        let mut state = self.state();
        state.hold = Hold::Nothing;
        state.released += 1;
        state.goes_on = goes_on;
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits for the release; whether what was held goes on.
fn wait(state: &Mutex<State>, released: u32) -> bool {
    loop {
        let now = lock(state);
        if now.released != released {
            return now.goes_on;
        }
        drop(now);
        thread::sleep(Duration::from_millis(2));
    }
}

fn connect(mut near: TcpStream, state: &Arc<Mutex<State>>, line: &'static str, own: Option<&String>) {
    let target = lock(state).target.clone();
    let Ok(mut far) = TcpStream::connect(&target) else { return };
    let _ = (near.set_nodelay(true), far.set_nodelay(true));
    // At which release the answer on this connection goes on.
    let held: Arc<Mutex<Option<u32>>> = Arc::default();
    let (Ok(mut back), Ok(mut from)) = (near.try_clone(), far.try_clone()) else { return };
    let answers = thread::spawn({
        let (state, held) = (Arc::clone(state), Arc::clone(&held));
        move || {
            let mut bytes = vec![0; 64 * 1024];
            loop {
                let read = from.read(&mut bytes).unwrap_or(0);
                let held = held.lock().unwrap_or_else(PoisonError::into_inner).take();
                if let Some(released) = held {
                    lock(&state).answered = true;
                    if !wait(&state, released) {
                        break;
                    }
                }
                if read == 0 || back.write_all(&bytes[..read]).is_err() {
                    break;
                }
            }
            let _ = (back.shutdown(Shutdown::Both), from.shutdown(Shutdown::Both));
        }
    });
    let mut bytes = vec![0; 64 * 1024];
    loop {
        let read = near.read(&mut bytes).unwrap_or(0);
        let chunk = &bytes[..read];
        if chunk.starts_with(line.as_bytes()) {
            let mut now = lock(state);
            now.seen = true;
            match now.hold {
                Hold::Nothing => {}
                Hold::Request => {
                    let released = now.released;
                    drop(now);
                    if !wait(state, released) {
                        break;
                    }
                }
                Hold::Answer => *held.lock().unwrap_or_else(PoisonError::into_inner) = Some(now.released),
            }
        }
        let chunk = match own {
            Some(own) => String::from_utf8_lossy(chunk).replace(own, &target).into_bytes(),
            None => chunk.to_vec(),
        };
        if read == 0 || far.write_all(&chunk).is_err() {
            break;
        }
    }
    // An end of the caller's does not end an answer that is held.
    if held.lock().unwrap_or_else(PoisonError::into_inner).is_none() {
        let _ = far.shutdown(Shutdown::Both);
    }
    let _ = answers.join();
}
