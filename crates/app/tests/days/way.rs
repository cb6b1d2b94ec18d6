//! The way to a database or a store, which can be cut and mended: nobody listens there while it is cut. Or it swallows what
//! is sent: connections stay, and nothing comes back, on those of before not even when it is mended.

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Cut,
    Swallows,
}

/// See the module.
pub(crate) struct Way {
    pub(crate) port: u16,
    target: String,
    state: watch::Sender<State>,
    listening: Option<JoinHandle<TcpListener>>,
}

impl Way {
    pub(crate) async fn to(target: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let mut way = Self { port, target, state: watch::Sender::new(State::Open), listening: None };
        way.listen(listener);
        way
    }

    fn listen(&mut self, listener: TcpListener) {
        let (target, state) = (self.target.clone(), self.state.subscribe());
        self.listening = Some(tokio::spawn(async move {
            let mut cut = state.clone();
            loop {
                let (mut inner, _) = tokio::select! {
                    accepted = listener.accept() => accepted.unwrap(),
                    _ = cut.wait_for(|s| *s == State::Cut) => return listener,
                };
                let (target, mut state) = (target.clone(), state.clone());
                tokio::spawn(async move {
                    let Ok(mut outer) = TcpStream::connect(target).await else { return };
                    if *state.borrow() == State::Open {
                        tokio::select! {
                            _ = copy_bidirectional(&mut inner, &mut outer) => return,
                            _ = state.wait_for(|s| *s != State::Open) => {}
                        }
                    }
                    // both ends stay open, and hear nothing more
                    let _ = state.wait_for(|s| *s == State::Cut).await;
                });
            }
        }));
    }

    pub(crate) async fn cut(&mut self) {
        self.state.send_replace(State::Cut);
        drop(self.listening.take().unwrap().await.unwrap());
    }

    pub(crate) fn swallow(&mut self) {
        self.state.send_replace(State::Swallows);
    }

    pub(crate) async fn mend(&mut self) {
        let was = self.state.send_replace(State::Open);
        if was == State::Cut {
            let listener = TcpListener::bind(("127.0.0.1", self.port)).await.unwrap();
            self.listen(listener);
        }
    }
}
