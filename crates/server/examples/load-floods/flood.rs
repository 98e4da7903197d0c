//! The floods.

use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Result, bail};
use mamori_testkit::pictures::{draw, encode, hostile};
use reqwest::StatusCode;
use tokio::task::JoinHandle;

use crate::site::Site;

/// How long a client waits after a refusal. Without this pause the clients would take all processor
/// time of the machine, which the server shares.
const AFTER_REFUSAL: Duration = Duration::from_millis(20);

/// What each of many clients sends, again and again, as soon as it has its answer.
#[derive(Clone, Copy)]
pub enum Flood {
    /// Wrong passwords, of names that do not exist.
    SignIns,
    /// Files of 11 kB that take seconds to decode.
    CostlyFiles,
    /// Files of 20 MB.
    LargeUploads,
}

impl FromStr for Flood {
    type Err = anyhow::Error;

    fn from_str(word: &str) -> Result<Self> {
        match word {
            "sign_ins" => Ok(Self::SignIns),
            "costly_files" => Ok(Self::CostlyFiles),
            "large_uploads" => Ok(Self::LargeUploads),
            _ => bail!("FLOOD is `sign_ins`, `costly_files` or `large_uploads`"),
        }
    }
}

/// A flood that is running.
pub struct Running {
    clients: Vec<JoinHandle<()>>,
    is_over: Arc<AtomicBool>,
    counts: Arc<Counts>,
}

/// How many requests were answered, and refused, so far.
#[derive(Default)]
struct Counts {
    answered: AtomicU64,
    refused: AtomicU64,
}

impl Flood {
    fn clients(self) -> usize {
        match self {
            Self::SignIns => 30,
            Self::CostlyFiles => 64,
            Self::LargeUploads => 24,
        }
    }

    fn file(self) -> Vec<u8> {
        match self {
            Self::SignIns => Vec::new(),
            Self::CostlyFiles => hostile::costly_png(),
            Self::LargeUploads => {
                let mut file = encode::jpeg(&draw(1, 640, 480), 90);
                file.resize(20 << 20, 0);
                file
            }
        }
    }

    /// Starts the flood; files are sent with `key`.
    pub fn start(self, site: &Site, key: &str) -> Running {
        let (is_over, counts) = (Arc::new(AtomicBool::new(false)), Arc::new(Counts::default()));
        let file = self.file();
        let client = |number: usize| {
            let (site, key, file) = (site.clone(), key.to_owned(), file.clone());
            let (is_over, counts) = (Arc::clone(&is_over), Arc::clone(&counts));
            tokio::spawn(async move {
                while !is_over.load(Ordering::Relaxed) {
                    if self.send(&site, &key, &file, number).await {
                        counts.answered.fetch_add(1, Ordering::Relaxed);
                    } else {
                        counts.refused.fetch_add(1, Ordering::Relaxed);
                        tokio::time::sleep(AFTER_REFUSAL).await;
                    }
                }
            })
        };
        let clients = (0..self.clients()).map(client).collect();
        Running { clients, is_over, counts }
    }

    /// Sends one request; returns whether the server compared the password or decoded the file.
    async fn send(self, site: &Site, key: &str, file: &[u8], number: usize) -> bool {
        match self {
            Self::SignIns => {
                let form = format!("name=ada{number}&password=wrong+wrong+wrong&code=123456");
                let answer = site.form("/console/sign-in", "", form).await;
                answer.is_ok_and(|answer| answer.status() == StatusCode::FORBIDDEN)
            }
            Self::CostlyFiles | Self::LargeUploads => {
                // A body that is refused may end the connection before the answer is read.
                let answer = site.check(key, &format!("flood-{number}"), file.to_vec()).await;
                answer.is_ok_and(|(status, _)| status == StatusCode::OK)
            }
        }
    }
}

impl Running {
    /// Ends the flood; returns how many requests were answered and refused.
    pub async fn stop(self) -> Result<(u64, u64)> {
        self.is_over.store(true, Ordering::Relaxed);
        for client in self.clients {
            client.await?;
        }
        let Counts { answered, refused } = &*self.counts;
        Ok((answered.load(Ordering::Relaxed), refused.load(Ordering::Relaxed)))
    }
}
