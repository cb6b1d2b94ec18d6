//! The way to a database or a store, which can be cut and mended: nobody listens there while it is cut.

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// See the module.
pub(crate) struct Way {
    pub(crate) port: u16,
    target: String,
    open: watch::Sender<bool>,
    listening: Option<JoinHandle<TcpListener>>,
}

impl Way {
    pub(crate) async fn to(target: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let mut way = Self { port, target, open: watch::Sender::new(true), listening: None };
        way.listen(listener);
        way
    }

    fn listen(&mut self, listener: TcpListener) {
        let (target, state) = (self.target.clone(), self.open.subscribe());
        self.listening = Some(tokio::spawn(async move {
            let mut cut = state.clone();
            loop {
                let (mut inner, _) = tokio::select! {
                    accepted = listener.accept() => accepted.unwrap(),
                    _ = cut.wait_for(|open| !open) => return listener,
                };
                let (target, mut cut) = (target.clone(), state.clone());
                tokio::spawn(async move {
                    let Ok(mut outer) = TcpStream::connect(target).await else { return };
                    tokio::select! {
                        _ = copy_bidirectional(&mut inner, &mut outer) => {}
                        _ = cut.wait_for(|open| !open) => {}
                    }
                });
            }
        }));
    }

    pub(crate) async fn cut(&mut self) {
        self.open.send_replace(false);
        drop(self.listening.take().unwrap().await.unwrap());
    }

    pub(crate) async fn mend(&mut self) {
        self.open.send_replace(true);
        let listener = TcpListener::bind(("127.0.0.1", self.port)).await.unwrap();
        self.listen(listener);
    }
}
