use axum::http::header::CONTENT_LENGTH;
use futures_util::{FutureExt, StreamExt, stream};
use uuid::Uuid;

use super::*;

const KIB: u64 = 1_024;

fn budget(bytes_max: u64, service_bytes_max: u64) -> Budget {
    Budget::new(Limits { bytes_max, service_bytes_max, wait_max: Duration::from_secs(1) })
}

fn service(number: u128) -> Sender {
    Sender::Service(Uuid::from_u128(number).into())
}

/// Returns a request that declares `bytes` and sends none yet.
fn declaring(bytes: u64) -> Request {
    let body = Body::from_stream(stream::pending::<Result<Bytes, BodyError>>());
    Request::builder().header(CONTENT_LENGTH, bytes).body(body).unwrap()
}

/// Returns a request that declares nothing and sends `chunks` KiB.
fn sending(chunks: usize) -> Request {
    let chunk = || Ok::<_, BodyError>(Bytes::from_static(&[0; 1_024]));
    Request::new(Body::from_stream(stream::iter((0..chunks).map(move |_| chunk()))))
}

#[tokio::test(start_paused = true)]
async fn a_body_for_which_no_room_becomes_free_is_refused() {
    let budget = budget(10 * KIB, 10 * KIB);
    let (request, reservation) =
        budget.admit(service(1), declaring(9 * KIB), 10 * KIB).await.unwrap();

    let refused = budget.admit(service(2), declaring(2 * KIB), 10 * KIB).await;
    let fits = budget.admit(service(2), declaring(KIB), 10 * KIB).await;

    assert_eq!(refused.unwrap_err(), BodyError::BudgetExhausted);
    assert!(fits.is_ok());
    drop((reservation, request, fits));
    assert_eq!(budget.bytes_free(), 10 * KIB);
}

#[tokio::test(start_paused = true)]
async fn a_body_waits_for_room_that_becomes_free_in_time() {
    let budget = budget(10 * KIB, 10 * KIB);
    let first = budget.admit(service(1), declaring(10 * KIB), 10 * KIB).await.unwrap();
    let mut second = Box::pin(budget.admit(service(2), declaring(10 * KIB), 10 * KIB));
    assert!(second.as_mut().now_or_never().is_none());

    drop(first);

    assert!(second.await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn no_sender_takes_more_than_its_share() {
    let budget = budget(10 * KIB, 6 * KIB);
    let first = budget.admit(service(1), declaring(6 * KIB), 10 * KIB).await.unwrap();

    let more = budget.admit(service(1), declaring(1), 10 * KIB).await;
    let other = budget.admit(service(2), declaring(4 * KIB), 10 * KIB).await;

    assert_eq!(more.unwrap_err(), BodyError::BudgetExhausted);
    assert!(other.is_ok(), "another service's items have room");
    drop(first);
    assert!(budget.admit(service(1), declaring(6 * KIB), 10 * KIB).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_body_that_declares_no_length_reserves_as_it_arrives() {
    let budget = budget(8 * KIB, 8 * KIB);

    let (request, reservation) = budget.admit(service(1), sending(9), 100 * KIB).await.unwrap();
    let mut chunks = request.into_body().into_data_stream();
    assert_eq!(budget.bytes_free(), 8 * KIB);
    for come in 1..=8 {
        chunks.next().await.unwrap().unwrap();
        assert_eq!(budget.bytes_free(), (8 - come) * KIB);
    }
    let last = chunks.next().await.unwrap().unwrap_err();

    assert_eq!(BodyError::find_in(&last), Some(BodyError::BudgetExhausted));
    drop((chunks, reservation));
    assert_eq!(budget.bytes_free(), 8 * KIB);
}

#[tokio::test]
async fn the_room_is_free_when_the_last_handle_to_the_bytes_is_gone() {
    let budget = budget(8 * KIB, 8 * KIB);

    let item = budget.read(Sender::Administrators, sending(3), 100 * KIB).await.unwrap();
    let piece = item.slice(10..20);
    drop(item);
    let free_while_a_piece_is_there = budget.bytes_free();
    drop(piece);

    assert_eq!(free_while_a_piece_is_there, 5 * KIB);
    assert_eq!(budget.bytes_free(), 8 * KIB);
}

#[tokio::test]
async fn a_body_that_is_too_large_reserves_nothing() {
    let budget = budget(8 * KIB, 8 * KIB);

    let refused = budget.admit(service(1), declaring(6 * KIB), 5 * KIB).await;

    assert_eq!(refused.unwrap_err(), BodyError::TooLarge { bytes_max: 5 * KIB });
    assert_eq!(budget.bytes_free(), 8 * KIB);
}
