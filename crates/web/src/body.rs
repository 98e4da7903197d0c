//! Limits on request bodies: their size, and the time between two chunks.

use std::error::Error as StdError;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::BoxError;
use axum::body::{Body, BodyDataStream, HttpBody as _};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_LENGTH;
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use tokio::time::{Instant, Sleep};

/// Why a body is not complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// It has more bytes than allowed.
    #[error("more than the {bytes_max} bytes that are allowed here")]
    TooLarge {
        /// The limit, in bytes.
        bytes_max: u64,
    },
    /// The client sent nothing for too long.
    #[error("no byte arrived for {seconds} s; send the request again")]
    Stalled {
        /// How long the client may send nothing, in seconds.
        seconds: u64,
    },
    /// The memory budget for items is used up.
    #[error("there is no room for more items at the moment; send the request again in a moment")]
    BudgetExhausted,
    /// The connection broke, or its framing is invalid.
    #[error("the body ended before its end; send the request again")]
    Broken,
}

impl BodyError {
    /// Returns the `BodyError` that caused `error`, if one did.
    pub fn find_in(error: &(dyn StdError + 'static)) -> Option<Self> {
        let mut next = Some(error);
        while let Some(error) = next {
            if let Some(body_error) = error.downcast_ref::<Self>() {
                return Some(*body_error);
            }
            next = error.source();
        }
        None
    }
}

/// The progress of a request's body, for explaining why there is no response yet.
#[derive(Clone, Debug, Default)]
pub struct BodyProgress {
    has_ended: Arc<AtomicBool>,
}

impl BodyProgress {
    /// Checks whether the whole body has arrived.
    pub fn has_ended(&self) -> bool {
        self.has_ended.load(Ordering::Relaxed)
    }
}

/// Wraps `body` so that silence longer than `idle` becomes [`BodyError::Stalled`].
///
/// If it is dropped before its end, the rest of the body is read and discarded for a moment:
/// otherwise a client that is still sending would see a broken connection instead of the response.
pub fn with_idle_timeout(body: Body, idle: Duration) -> (Body, BodyProgress) {
    let progress = BodyProgress::default();
    if body.is_end_stream() {
        progress.has_ended.store(true, Ordering::Relaxed);
        return (body, progress);
    }
    let stream = IdleTimeoutStream {
        chunks: Some(body.into_data_stream()),
        idle,
        timer: Box::pin(tokio::time::sleep(idle)),
        is_waiting: false,
        progress: progress.clone(),
    };
    (Body::from_stream(stream), progress)
}

struct IdleTimeoutStream {
    chunks: Option<BodyDataStream>,
    idle: Duration,
    timer: Pin<Box<Sleep>>,
    is_waiting: bool,
    progress: BodyProgress,
}

impl Stream for IdleTimeoutStream {
    type Item = Result<Bytes, BodyError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        let Some(chunks) = this.chunks.as_mut() else { return Poll::Ready(None) };
        // Only while waiting for the client: an import that writes may make it wait for long.
        if !this.is_waiting {
            this.timer.as_mut().reset(Instant::now() + this.idle);
            this.is_waiting = true;
        }
        if let Poll::Ready(chunk) = chunks.poll_next_unpin(context) {
            this.is_waiting = false;
            if chunk.is_none() {
                this.progress.has_ended.store(true, Ordering::Relaxed);
                this.chunks = None;
            }
            return Poll::Ready(chunk.map(|chunk| chunk.map_err(|_| BodyError::Broken)));
        }
        ready!(this.timer.as_mut().poll(context));
        // A client that was silent for so long is not waited for any longer.
        this.chunks = None;
        Poll::Ready(Some(Err(BodyError::Stalled { seconds: this.idle.as_secs() })))
    }
}

impl Drop for IdleTimeoutStream {
    fn drop(&mut self) {
        if let (Some(chunks), Ok(runtime)) =
            (self.chunks.take(), tokio::runtime::Handle::try_current())
        {
            runtime.spawn(linger(chunks));
        }
    }
}

/// Reads on for a moment, so that the response arrives before the connection closes.
async fn linger(mut chunks: BodyDataStream) {
    const TIME_MAX: Duration = Duration::from_secs(5);
    const BYTES_MAX: usize = 64 << 20;
    let mut bytes = 0;
    let read = async {
        while let Some(Ok(chunk)) = chunks.next().await {
            bytes += chunk.len();
            if bytes > BYTES_MAX {
                return;
            }
        }
    };
    // In any case the body is dropped now, and the connection closes if it is not at its end.
    drop(tokio::time::timeout(TIME_MAX, read).await);
}

/// Returns the chunks of `body`, which may have at most `bytes_max` bytes in total.
pub fn limited(
    body: Body,
    bytes_max: u64,
) -> impl Stream<Item = Result<Bytes, BodyError>> + Send + Unpin + 'static {
    let mut left = bytes_max;
    body.into_data_stream().map(move |chunk| {
        let chunk =
            chunk.map_err(|error| BodyError::find_in(&error).unwrap_or(BodyError::Broken))?;
        let length = u64::try_from(chunk.len()).unwrap_or(u64::MAX);
        left = left.checked_sub(length).ok_or(BodyError::TooLarge { bytes_max })?;
        Ok(chunk)
    })
}

/// Reads the whole body; refuses it at once if its declared length exceeds the limit.
pub async fn read(body: Body, headers: &HeaderMap, bytes_max: u64) -> Result<Bytes, BodyError> {
    let declared = check_declared(headers, bytes_max)?;
    collect_chunks(limited(body, bytes_max), declared.unwrap_or(0)).await
}

/// Returns the length that the headers declare, if they do; [`BodyError::TooLarge`] if it exceeds the
/// limit.
pub fn check_declared(headers: &HeaderMap, bytes_max: u64) -> Result<Option<u64>, BodyError> {
    let declared = headers.get(CONTENT_LENGTH).and_then(|text| text.to_str().ok());
    let declared: Option<u64> = declared.and_then(|text| text.parse().ok());
    match declared {
        Some(length) if length > bytes_max => Err(BodyError::TooLarge { bytes_max }),
        Some(_) | None => Ok(declared),
    }
}

/// Copies the chunks into one piece of memory that has the capacity of `declared`, so that no growing
/// piece is ever beside its larger copy. Memory in which nothing was written is not resident.
async fn collect_chunks(
    mut chunks: impl Stream<Item = Result<Bytes, BodyError>> + Unpin,
    declared: u64,
) -> Result<Bytes, BodyError> {
    let Some(first) = chunks.next().await.transpose()? else { return Ok(Bytes::new()) };
    let Some(second) = chunks.next().await.transpose()? else { return Ok(first) };
    let capacity = usize::try_from(declared).unwrap_or(0).max(first.len() + second.len());
    let mut all = BytesMut::with_capacity(capacity);
    all.extend_from_slice(&first);
    all.extend_from_slice(&second);
    while let Some(chunk) = chunks.next().await.transpose()? {
        all.extend_from_slice(&chunk);
    }
    Ok(all.freeze())
}

/// Returns the `BodyError` behind a boxed error of a body.
pub fn body_error_of(error: &BoxError) -> BodyError {
    BodyError::find_in(error.as_ref()).unwrap_or(BodyError::Broken)
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    fn body_of(chunks: &[&'static str]) -> Body {
        let chunks: Vec<Result<Bytes, BodyError>> =
            chunks.iter().map(|chunk| Ok(Bytes::from_static(chunk.as_bytes()))).collect();
        Body::from_stream(stream::iter(chunks))
    }

    #[tokio::test]
    async fn a_body_at_the_limit_is_read_and_one_byte_more_is_not() {
        let none = HeaderMap::new();

        let whole = read(body_of(&["ab", "cd", "e"]), &none, 5).await;
        let over = read(body_of(&["ab", "cd", "e"]), &none, 4).await;

        assert_eq!(whole, Ok(Bytes::from_static(b"abcde")));
        assert_eq!(over, Err(BodyError::TooLarge { bytes_max: 4 }));
    }

    #[tokio::test]
    async fn a_declared_length_over_the_limit_is_refused_unread() {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_LENGTH, "5000".parse().unwrap());

        assert_eq!(
            read(Body::from_stream(stream::pending::<Result<Bytes, BodyError>>()), &headers, 10)
                .await,
            Err(BodyError::TooLarge { bytes_max: 10 })
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_sender_is_cut_off() {
        let chunks =
            stream::iter([Ok::<_, BodyError>(Bytes::from_static(b"a"))]).chain(stream::pending());
        let (body, progress) =
            with_idle_timeout(Body::from_stream(chunks), Duration::from_secs(10));

        let read = read(body, &HeaderMap::new(), 100).await;

        assert_eq!(read, Err(BodyError::Stalled { seconds: 10 }));
        assert!(!progress.has_ended());
    }

    #[tokio::test(start_paused = true)]
    async fn a_sender_that_waits_for_the_reader_is_not_cut_off() {
        let late = stream::once(async {
            tokio::time::sleep(Duration::from_secs(5)).await;
            Ok::<_, BodyError>(Bytes::from_static(b"b"))
        });
        let chunks = stream::iter([Ok(Bytes::from_static(b"a"))]).chain(late);
        let (body, progress) =
            with_idle_timeout(Body::from_stream(chunks), Duration::from_secs(10));
        let mut chunks = limited(body, 100);

        let first = chunks.next().await;
        tokio::time::sleep(Duration::from_mins(1)).await;
        let second = chunks.next().await;

        assert_eq!((first, second), (Some(Ok("a".into())), Some(Ok("b".into()))));
        assert_eq!(chunks.next().await, None);
        assert!(progress.has_ended());
    }
}
