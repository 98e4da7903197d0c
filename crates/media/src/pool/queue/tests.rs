use mamori_model::ServiceId;
use tokio::sync::oneshot;
use uuid::Uuid;

use super::*;
use crate::pool::Request;
use crate::{Blur, FrameSelection, Picture, Raster};

const LIMITS: Limits = Limits { workers: 2, waiting_max: 8, sender_waiting_max: 4 };

/// The callers, who must not go away while their jobs wait.
#[derive(Default)]
struct Callers {
    hashes: Vec<oneshot::Receiver<Result<Picture, Error>>>,
    renditions: Vec<oneshot::Receiver<Result<Raster, Error>>>,
}

fn service(number: u128) -> Sender {
    Sender::Service(ServiceId::from(Uuid::from_u128(number)))
}

fn queue() -> Arc<Queue> {
    Arc::new(Queue::new(LIMITS))
}

impl Callers {
    fn check(&mut self, queue: &Queue, sender: Sender) -> Result<(), Error> {
        let (reply, answer) = oneshot::channel();
        self.hashes.push(answer);
        let job = Job { sender, bytes: "a picture".into(), request: Request::Hash(reply) };
        queue.push(Lane::Checks(sender), job)
    }

    fn view(&mut self, queue: &Queue, sender: Sender) -> Result<(), Error> {
        let (reply, answer) = oneshot::channel();
        self.renditions.push(answer);
        let request = Request::Render((Blur::Clear, FrameSelection::FIRST), reply);
        queue.push(Lane::Views, Job { sender, bytes: "a picture".into(), request })
    }
}

/// Takes the next job of a slot, if there is one at once.
async fn take(queue: &Arc<Queue>, slot: Slot) -> Option<(Job, Running)> {
    tokio::select! {
        biased;
        next = queue.next(slot) => next,
        () = std::future::ready(()) => None,
    }
}

/// Takes jobs of all slots and returns the senders in the order in which they were served; none of
/// the jobs ends.
async fn fill(queue: &Arc<Queue>, slots: &[Slot]) -> (Vec<Option<Sender>>, Vec<Running>) {
    let (mut senders, mut running) = (Vec::new(), Vec::new());
    for slot in slots {
        let next = take(queue, *slot).await;
        senders.push(next.as_ref().map(|(job, _)| job.sender));
        running.extend(next.map(|(_, guard)| guard));
    }
    (senders, running)
}

#[tokio::test]
async fn a_sender_with_one_picture_is_next_although_another_sent_many_before() {
    let (queue, mut callers) = (queue(), Callers::default());
    for _ in 0..4 {
        callers.check(&queue, service(1)).unwrap();
    }
    let (_, first) = take(&queue, Slot::Any).await.unwrap();
    callers.check(&queue, service(2)).unwrap();

    let (senders, _running) = fill(&queue, &[Slot::Any]).await;

    assert_eq!(senders, [Some(service(2))]);
    drop(first);
}

#[tokio::test]
async fn of_two_senders_with_as_many_pictures_running_the_one_that_used_less_time_is_next() {
    let (queue, mut callers) = (queue(), Callers::default());
    for _ in 0..2 {
        callers.check(&queue, service(1)).unwrap();
        callers.check(&queue, service(2)).unwrap();
    }
    let (first, costly) = take(&queue, Slot::Any).await.unwrap();
    let (second, cheap) = take(&queue, Slot::Any).await.unwrap();
    assert_ne!(first.sender, second.sender);
    drop(cheap);
    std::thread::sleep(Duration::from_millis(2));
    drop(costly);

    let (senders, _running) = fill(&queue, &[Slot::Any]).await;

    assert_eq!(senders, [Some(second.sender)]);
}

#[tokio::test]
async fn while_a_sender_occupies_all_workers_the_first_picture_of_another_waits_for_none() {
    let (queue, mut callers) = (queue(), Callers::default());
    for _ in 0..4 {
        callers.check(&queue, service(1)).unwrap();
    }
    let (senders, _running) = fill(&queue, &[Slot::OfIdleLanes, Slot::Any, Slot::Any]).await;
    assert_eq!(senders, [None, Some(service(1)), Some(service(1))]);
    assert!(take(&queue, Slot::OfIdleLanes).await.is_none());

    callers.check(&queue, service(2)).unwrap();
    callers.check(&queue, service(2)).unwrap();

    let (job, _other) = take(&queue, Slot::OfIdleLanes).await.unwrap();
    assert_eq!(job.sender, service(2));
    assert!(take(&queue, Slot::OfIdleLanes).await.is_none(), "its second one waits");
}

#[tokio::test]
async fn a_view_comes_before_all_checks_and_has_a_slot_of_its_own() {
    let (queue, mut callers) = (queue(), Callers::default());
    for _ in 0..4 {
        callers.check(&queue, service(1)).unwrap();
    }
    assert!(take(&queue, Slot::OfViews).await.is_none());
    for _ in 0..2 {
        callers.view(&queue, service(3)).unwrap();
    }

    let (senders, _running) = fill(&queue, &[Slot::OfViews, Slot::Any, Slot::Any]).await;

    assert_eq!(senders, [Some(service(3)), Some(service(3)), Some(service(1))]);
}

#[tokio::test]
async fn a_sender_whose_share_of_the_queue_is_full_is_refused_and_no_other() {
    let (queue, mut callers) = (queue(), Callers::default());
    for _ in 0..4 {
        callers.check(&queue, service(1)).unwrap();
    }

    assert!(matches!(callers.check(&queue, service(1)), Err(Error::Busy)));
    for _ in 0..4 {
        callers.check(&queue, service(2)).unwrap();
    }
    // All places are taken, except one for each other sender, and those for views.
    callers.check(&queue, service(3)).unwrap();
    assert!(matches!(callers.check(&queue, service(3)), Err(Error::Busy)));
    callers.view(&queue, service(3)).unwrap();
}

#[tokio::test]
async fn a_picture_whose_caller_has_gone_away_takes_no_place_and_is_not_decoded() {
    let (queue, mut callers) = (queue(), Callers::default());
    for _ in 0..4 {
        callers.check(&queue, service(1)).unwrap();
    }
    callers.hashes.clear();

    assert!(take(&queue, Slot::Any).await.is_none());
    callers.check(&queue, service(1)).unwrap();
    assert!(take(&queue, Slot::Any).await.is_some());
    assert_eq!(queue.waiting(), 0);
}

#[tokio::test]
async fn a_slot_that_waits_is_woken_by_a_job_and_by_the_end_of_the_queue() {
    let (queue, mut callers) = (queue(), Callers::default());
    let waiting = |slot| {
        let queue = Arc::clone(&queue);
        tokio::spawn(async move { queue.next(slot).await.map(|(job, _)| job.sender) })
    };
    let (any, views) = (waiting(Slot::Any), waiting(Slot::OfViews));
    tokio::task::yield_now().await;

    callers.check(&queue, service(7)).unwrap();

    assert_eq!(any.await.unwrap(), Some(service(7)));
    queue.close();
    assert_eq!(views.await.unwrap(), None);
    queue.closed().await;
}

#[tokio::test]
async fn a_sender_with_many_pictures_is_served_beside_senders_that_send_one_at_a_time() {
    let (queue, mut callers) = (queue(), Callers::default());
    for _ in 0..4 {
        callers.check(&queue, service(1)).unwrap();
    }
    let mut served = 0;
    for sender in [2, 3] {
        callers.check(&queue, service(sender)).unwrap();
    }
    for _ in 0..12 {
        let (job, running) = take(&queue, Slot::Any).await.unwrap();
        std::thread::sleep(Duration::from_millis(1));
        drop(running);
        if job.sender == service(1) {
            served += 1;
        } else {
            callers.check(&queue, job.sender).unwrap();
        }
    }

    assert!(served >= 3, "{served} of its pictures were served among twelve");
}

#[tokio::test]
async fn the_slot_for_first_pictures_takes_no_view() {
    let (queue, mut callers) = (queue(), Callers::default());
    for _ in 0..2 {
        callers.check(&queue, service(1)).unwrap();
    }
    let (_, _running) = fill(&queue, &[Slot::Any, Slot::Any]).await;
    callers.view(&queue, service(1)).unwrap();

    assert!(take(&queue, Slot::OfIdleLanes).await.is_none());
    assert!(take(&queue, Slot::OfViews).await.is_some());
}
