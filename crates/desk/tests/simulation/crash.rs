//! A process that ends in the middle of a verb.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

/// Polls `verb` at most `steps` times and returns its result; `None` if it needed more. It is
/// dropped in that state, like the memory of a killed process.
pub async fn cut_off<T>(verb: impl Future<Output = T>, steps: Option<u64>) -> Option<T> {
    let mut verb = pin!(verb);
    let mut left = steps;
    poll_fn(|context| {
        if left == Some(0) {
            return Poll::Ready(None);
        }
        left = left.map(|left| left - 1);
        let polled = verb.as_mut().poll(context);
        if polled.is_pending() && left == Some(0) {
            return Poll::Ready(None);
        }
        polled.map(Some)
    })
    .await
}

#[tokio::test]
async fn a_verb_that_is_cut_off_does_not_finish() {
    let verb = || async {
        for _ in 0..3 {
            tokio::task::yield_now().await;
        }
        "done"
    };

    assert_eq!(cut_off(verb(), None).await, Some("done"));
    assert_eq!(cut_off(verb(), Some(9)).await, Some("done"));
    assert_eq!(cut_off(verb(), Some(3)).await, None);
    assert_eq!(cut_off(verb(), Some(0)).await, None);
}
