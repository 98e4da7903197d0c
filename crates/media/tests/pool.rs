//! The pool with real processes: every picture gets an answer, whatever happens to its process.
#![cfg(test)]

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use mamori_media::{
    Blur, Error, Failures, FrameSelection, Limits, Pool, PoolSettings, Protection, Remaining,
    Sender, hash,
};
use mamori_model::{Distance, ServiceId};
use mamori_testkit::pictures::edit::enlarge;
use mamori_testkit::pictures::{draw, encode, hostile};
use uuid::Uuid;

const PROGRAM: &str = env!("CARGO_BIN_EXE_mamori-decode-test");
const OPERATOR: Sender = Sender::Administrators;

fn settings(workers: usize) -> PoolSettings {
    PoolSettings {
        program: PROGRAM.into(),
        args: vec!["decode".into()],
        workers,
        waiting_max: 64,
        sender_waiting_max: 64,
        idle_max: 16,
        limits: Limits::default(),
    }
}

async fn pool(workers: usize) -> Pool {
    Pool::start(settings(workers)).await.unwrap()
}

fn reason(result: Result<mamori_media::Picture, Error>) -> String {
    result.unwrap_err().to_string()
}

/// The decoding processes of this test: children of this process that run the program. Tests of
/// one file may share a process, so each gives its pool a word of its own as a second argument.
fn processes(word: &str) -> Vec<u32> {
    let has_word = |pid: &u32| {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        line.split(|byte| *byte == 0).any(|argument| argument == word.as_bytes())
    };
    let pids = fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(has_word).filter(|pid| *pid != std::process::id()).collect()
}

fn send(signal: &str, pid: u32) {
    let status =
        Command::new("sh").args(["-c", &format!("kill -{signal} {pid}")]).status().unwrap();
    assert!(status.success());
}

async fn until(mut is_true: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_true() {
        assert!(started.elapsed() < Duration::from_secs(30), "it never became true");
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_answers_as_the_library_does() {
    let pool = pool(2).await;
    let picture = draw(5, 320, 240);

    for (name, file) in encode::all(&picture) {
        let expected = hash(&file, &Limits::default()).unwrap();

        assert_eq!(pool.hash(file, OPERATOR).await.unwrap(), expected, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pool_reports_its_protections() {
    let pool = pool(1).await;

    for protection in [Protection::SystemCalls, Protection::Memory, Protection::Processor] {
        assert!(pool.protections().has(protection), "{}", pool.protections());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_files_get_the_librarys_answer_and_affect_no_other_file() {
    let pool = pool(2).await;
    let good = encode::png(&draw(6, 200, 200));

    for file in hostile::all() {
        let expected = hash(&file.bytes, &Limits::default());

        let answer = pool.hash(file.bytes, OPERATOR).await;

        match (answer, expected) {
            (Ok(answer), Ok(expected)) => assert_eq!(answer, expected, "{}", file.name),
            (answer, expected) => {
                assert_eq!(reason(answer), expected.unwrap_err().to_string(), "{}", file.name);
            }
        }
        assert!(pool.hash(good.clone(), OPERATOR).await.is_ok(), "after {}", file.name);
    }
    // Two at least, and one more that has had no picture.
    assert!((2..=3).contains(&pool.alive()), "{}", pool.alive());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_process_that_is_killed_is_replaced() {
    let mut settings = settings(2);
    settings.args.push("idle-kill".into());
    let pool = Pool::start(settings).await.unwrap();
    let before = processes("idle-kill");
    assert_eq!(before.len(), 2);

    send("KILL", before[0]);

    let is_replaced = || {
        let now = processes("idle-kill");
        now.len() == 2 && !now.contains(&before[0]) && pool.alive() == 2
    };
    until(is_replaced).await;
    assert_eq!(pool.failures(), Failures { ended: 1, ..Failures::default() });
    assert!(pool.hash(encode::png(&draw(6, 64, 64)), OPERATOR).await.is_ok());
}

/// A stopped process takes the picture and does nothing, as one that hangs does.
#[tokio::test(flavor = "multi_thread")]
async fn a_hanging_process_fails_its_picture_only_and_after_a_limited_time() {
    let mut settings = settings(1);
    settings.args.push("hang".into());
    settings.limits.wall_s_max = 0.3;
    let pool = Pool::start(settings).await.unwrap();
    let [pid] = processes("hang")[..] else { panic!("not one process") };
    send("STOP", pid);

    let answer = pool.hash(encode::png(&draw(6, 64, 64)), OPERATOR).await;

    assert_eq!(reason(answer), "decoding took longer than 0.3 s");
    until(|| pool.alive() == 1).await;
    assert!(!processes("hang").contains(&pid));
    assert_eq!(pool.failures(), Failures { ended: 1, ..Failures::default() });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_dies_over_a_picture_fails_that_picture_only() {
    let mut settings = settings(1);
    settings.args.push("dies".into());
    let pool = Pool::start(settings).await.unwrap();
    let [pid] = processes("dies")[..] else { panic!("not one process") };
    send("STOP", pid);
    let file = encode::png(&draw(6, 64, 64));
    let waiting = tokio::spawn({
        let (pool, file) = (pool.clone(), file.clone());
        async move { pool.hash(file, OPERATOR).await }
    });
    let next = tokio::spawn({
        let pool = pool.clone();
        async move { pool.hash(file, OPERATOR).await }
    });
    tokio::task::yield_now().await;

    send("KILL", pid);

    let answers = [waiting.await.unwrap(), next.await.unwrap()];
    let lost = answers.iter().filter(|answer| answer.is_err()).count();
    assert!(lost <= 1, "{answers:?}");
    for answer in answers.into_iter().filter(Result::is_err) {
        assert_eq!(reason(answer), "the decoder stopped (signal 9)");
    }
    assert_eq!(pool.failures(), Failures { ended: 1, ..Failures::default() });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_that_needs_too_much_memory_is_unreadable() {
    let mut settings = settings(1);
    settings.limits.memory_bytes_max = 150 << 20;
    let pool = Pool::start(settings).await.unwrap();

    // 10,000 × 10,000 pixels would be 300 MB of samples.
    let answer = pool.hash(hostile::png_header(10_000, 10_000), OPERATOR).await;

    assert_eq!(reason(answer), "decoding needs more memory than allowed");
    assert!(pool.hash(encode::png(&draw(6, 64, 64)), OPERATOR).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_larger_than_the_memory_of_a_process_is_unreadable() {
    let mut settings = settings(1);
    settings.limits.memory_bytes_max = 150 << 20;
    let pool = Pool::start(settings).await.unwrap();

    let answer = pool.hash(vec![0xff_u8; 200 << 20], OPERATOR).await;

    assert_eq!(reason(answer), "decoding needs more memory than allowed");
    until(|| pool.alive() == 1).await;
    assert!(pool.hash(encode::png(&draw(6, 64, 64)), OPERATOR).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_beyond_the_queue_limit_are_refused_at_once() {
    let mut settings = settings(1);
    settings.args.push("busy".into());
    settings.sender_waiting_max = 2;
    let pool = Pool::start(settings).await.unwrap();
    let [pid] = processes("busy")[..] else { panic!("not one process") };
    send("STOP", pid);
    let file = encode::png(&draw(6, 64, 64));

    // One in the process, two waiting, one too many; the first may still be on its way.
    let sent: Vec<_> = (0..4)
        .map(|_| {
            tokio::spawn({
                let (pool, file) = (pool.clone(), file.clone());
                async move { pool.hash(file, OPERATOR).await }
            })
        })
        .collect();
    until(|| sent.iter().any(tokio::task::JoinHandle::is_finished)).await;
    send("CONT", pid);

    let mut busy = 0;
    for answer in sent {
        match answer.await.unwrap() {
            Err(Error::Busy) => busy += 1,
            other => assert!(other.is_ok(), "{other:?}"),
        }
    }
    assert!((1..=2).contains(&busy), "{busy} were refused");
    assert_eq!(pool.failures(), Failures { refused: busy, ..Failures::default() });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_does_not_start_with_a_program_that_does_not_greet() {
    let mut settings = settings(1);
    settings.program = "/bin/true".into();

    assert!(matches!(Pool::start(settings).await, Err(Error::Pool(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_does_not_start_with_a_missing_program() {
    let mut settings = settings(1);
    settings.program = "/nowhere/mamori".into();

    assert!(matches!(Pool::start(settings).await, Err(Error::Pool(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_get_an_error_when_no_process_can_be_started_any_more() {
    let folder = std::env::temp_dir().join(format!("mamori-gone-{}", std::process::id()));
    fs::copy(PROGRAM, &folder).unwrap();
    let mut settings = settings(1);
    settings.program.clone_from(&folder);
    settings.args.push("gone".into());
    let pool = Pool::start(settings).await.unwrap();
    let [pid] = processes("gone")[..] else { panic!("not one process") };
    fs::remove_file(&folder).unwrap();
    send("KILL", pid);
    until(|| pool.alive() == 0).await;

    let answer = pool.hash(encode::png(&draw(6, 64, 64)), OPERATOR).await;

    assert!(matches!(answer, Err(Error::Pool(_))), "{answer:?}");
    let failures = pool.failures();
    assert_eq!((failures.ended, failures.refused), (1, 0));
    assert!(failures.not_started > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_processes_end_with_the_pool() {
    let mut settings = settings(2);
    settings.args.push("ends".into());
    let pool = Pool::start(settings).await.unwrap();
    assert_eq!(processes("ends").len(), 2);

    drop(pool);

    until(|| processes("ends").is_empty()).await;
}

/// The sizes of a phone of 200 megapixels and of its panorama, with the limits of the default
/// configuration. Each pixel of a small drawing becomes a block, which PDQ sees as the drawing
/// itself.
#[tokio::test(flavor = "multi_thread")]
async fn the_largest_pictures_of_cameras_are_hashed_within_the_default_limits() {
    let pool = pool(1).await;
    for (width, height, times) in [(1_020, 765, 16), (4_000, 500, 8)] {
        let small = draw(31, width, height);
        let file = encode::jpeg(&enlarge(&small, times), 80);

        let found = pool.hash(file, OPERATOR).await.unwrap();

        assert_eq!((found.width, found.height), (width * times, height * times));
        assert_eq!(found.remaining, Remaining::Nothing);
        let drawn = hash(&encode::png(&small), &Limits::default()).unwrap();
        let (expected, _) = drawn.frames[0].stored().unwrap();
        let (hash, _) = found.frames[0].stored().unwrap();
        let distance = hash.distance(&expected);
        assert!(distance <= Distance(6), "{width} by {height}: {distance:?}");
    }
}

fn service(number: u128) -> Sender {
    Sender::Service(ServiceId::from(Uuid::from_u128(number)))
}

/// Costly pictures of one sender, many more than are decoded at once.
const FLOOD: usize = 40;

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_costly_pictures_of_one_sender_delays_neither_others_nor_a_view() {
    let pool = pool(2).await;
    let costly = hostile::costly_png();
    let flood: Vec<_> = (0..FLOOD)
        .map(|_| {
            tokio::spawn({
                let (pool, costly) = (pool.clone(), costly.clone());
                async move { pool.hash(costly, service(1)).await }
            })
        })
        .collect();
    until(|| pool.waiting() > FLOOD / 2).await;
    let small = encode::jpeg(&draw(6, 320, 240), 90);

    for sender in 2..6 {
        assert!(pool.hash(small.clone(), service(sender)).await.is_ok());
        let view = pool.render(small.clone(), Blur::Clear, FrameSelection::FIRST, service(1)).await;
        assert!(view.is_ok());
    }

    // In the order of their arrival, the flood would have been decoded first.
    assert!(pool.waiting() > FLOOD / 4, "{} of the flood wait", pool.waiting());
    for answer in flood {
        assert!(answer.await.unwrap().is_ok());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_decodes_pictures_of_one_sender_only() {
    let mut settings = settings(1);
    settings.args.push("one-sender".into());
    settings.limits.wall_s_max = 1.0;
    let pool = Pool::start(settings).await.unwrap();
    let [first] = processes("one-sender")[..] else { panic!("not one process") };
    let file = encode::png(&draw(6, 64, 64));
    pool.hash(file.clone(), service(1)).await.unwrap();
    until(|| processes("one-sender").len() == 2).await;

    // It answers no more: a picture that it is given fails.
    send("STOP", first);
    let other = pool.hash(file.clone(), service(2)).await;
    let view = pool.render(file.clone(), Blur::Clear, FrameSelection::FIRST, service(2)).await;
    let same = pool.hash(file.clone(), service(1)).await;

    assert!(other.is_ok(), "{other:?}");
    assert!(view.is_ok(), "{view:?}");
    assert_eq!(reason(same), "decoding took longer than 1 s");
    assert!(pool.hash(file, service(1)).await.is_ok(), "it was replaced");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_idle_processes_the_one_that_was_idle_longest_ends_first() {
    let mut settings = settings(1);
    settings.args.push("idle-max".into());
    settings.idle_max = 2;
    let pool = Pool::start(settings).await.unwrap();
    let file = encode::png(&draw(6, 64, 64));

    for sender in [1, 2, 3, 4, 1] {
        pool.hash(file.clone(), service(sender)).await.unwrap();
    }

    // Those of the last two senders, and one that has had no picture.
    until(|| pool.alive() == 3 && processes("idle-max").len() == 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decoding_process_has_no_capabilities() {
    let args = vec!["decode".into(), "without-capabilities".into()];
    let pool = Pool::start(PoolSettings { args, ..settings(1) }).await.unwrap();

    let [pid] = processes("without-capabilities")[..] else { panic!("not one process") };
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();

    for set in ["CapInh", "CapPrm", "CapEff", "CapAmb"] {
        assert!(status.contains(&format!("\n{set}:\t0000000000000000\n")), "{set}: {status}");
    }
    assert!(pool.protections().has(Protection::Privileges));
}

#[tokio::test]
async fn a_lower_limit_on_memory_that_is_in_force_already_counts_as_one() {
    let script = "ulimit -v 2000000; exec \"$0\" decode";
    let args = vec!["-c".into(), script.into(), PROGRAM.into()];

    let pool = Pool::start(PoolSettings { program: "/bin/sh".into(), args, ..settings(1) }).await;

    assert!(pool.unwrap().protections().has(Protection::Memory));
}

/// The first process is a real one; the next has no protections at all.
#[tokio::test]
async fn a_process_with_fewer_protections_than_the_first_is_not_used() {
    let folder = tempfile::tempdir().unwrap();
    let script = "mkdir \"$1\" 2>/dev/null && exec \"$0\" decode; exec \"$0\" lie no-pixels";
    let mark = folder.path().join("mark").into_os_string();
    let args = vec!["-c".into(), script.into(), PROGRAM.into(), mark];

    let started =
        Pool::start(PoolSettings { program: "/bin/sh".into(), args, ..settings(2) }).await;

    let Err(Error::Pool(refused)) = started else { panic!("the second process is used") };
    assert!(refused.to_string().contains("system calls (seccomp)"), "{refused}");
}
