//! A receiver of webhooks on loopback with configured answers.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// One message as it was received.
#[derive(Clone, Debug)]
pub struct Received {
    pub head: String,
    pub body: String,
}

impl Received {
    pub fn header(&self, name: &str) -> String {
        let line = self.head.lines().find(|line| line.to_lowercase().starts_with(name)).unwrap();
        line.split_once(": ").unwrap().1.to_owned()
    }
}

#[derive(Clone)]
pub struct Receiver {
    pub url: String,
    received: Arc<Mutex<Vec<Received>>>,
    answers: Arc<Mutex<VecDeque<u16>>>,
    otherwise: Arc<Mutex<u16>>,
    retry_after: Arc<Mutex<Option<String>>>,
}

impl Receiver {
    /// Listens; answers with `answers` in turn, then with 204. At a 0 it never answers; at a 1 it
    /// reads the message and closes the connection without an answer.
    pub async fn start(answers: &[u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let receiver = Self {
            url: format!("http://{}/hooks", listener.local_addr().unwrap()),
            received: Arc::default(),
            answers: Arc::new(Mutex::new(answers.iter().copied().collect())),
            otherwise: Arc::new(Mutex::new(204)),
            retry_after: Arc::default(),
        };
        let at_work = receiver.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let at_work = at_work.clone();
                tokio::spawn(async move { at_work.serve(stream).await });
            }
        });
        receiver
    }

    /// Sets the answer to the next message.
    pub fn answer_next(&self, status: u16) {
        self.answers.lock().unwrap().push_back(status);
    }

    /// Sets the answer from now on, where no other is set.
    pub fn answer_all(&self, status: u16) {
        *self.otherwise.lock().unwrap() = status;
    }

    /// Sets the header `Retry-After` of all answers from now on.
    pub fn ask_to_wait(&self, retry_after: &str) {
        *self.retry_after.lock().unwrap() = Some(retry_after.to_owned());
    }

    /// Forgets the answers to single messages that it has not given yet.
    pub fn forget_answers(&self) {
        self.answers.lock().unwrap().clear();
    }

    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    async fn serve(&self, mut stream: TcpStream) {
        let mut bytes = Vec::new();
        while stream.read_buf(&mut bytes).await.is_ok_and(|read| read > 0) {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            let length = head.lines().find_map(|line| {
                line.to_lowercase().strip_prefix("content-length: ")?.parse().ok()
            });
            if body.len() < length.unwrap_or(0) {
                continue;
            }
            let message = Received { head: head.to_owned(), body: body.to_owned() };
            self.received.lock().unwrap().push(message);
            let status = self.answers.lock().unwrap().pop_front();
            let status = status.unwrap_or_else(|| *self.otherwise.lock().unwrap());
            match status {
                0 => return std::future::pending().await,
                1 => return,
                _ => {}
            }
            let asked = self.retry_after.lock().unwrap().clone();
            let asked = asked.map(|wait| format!("retry-after: {wait}\r\n")).unwrap_or_default();
            let answer = format!(
                "HTTP/1.1 {status} x\r\n{asked}content-length: 0\r\nlocation: /else\r\nconnection: close\r\n\r\n"
            );
            let _ = stream.write_all(answer.as_bytes()).await;
            return;
        }
    }
}
