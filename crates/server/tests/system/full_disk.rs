//! A disk that is full: what cannot be kept is refused by name, and the process stays up.

use serde_json::json;
use tempfile::TempDir;

use crate::mamori::{Mamori, configure, program};
use crate::service::{Caller, picture};

/// No file may grow beyond this, in the shell's blocks of 512 or 1,024 bytes.
const BLOCKS: u32 = 4_000;

#[tokio::test]
async fn a_full_disk_refuses_what_must_be_kept_and_goes_on_with_the_rest() {
    let folder = TempDir::new().unwrap();
    let url = format!("sqlite:{}", folder.path().join("m.db").display());
    let config = configure(folder.path(), &url, "");
    let mut command = std::process::Command::new("sh");
    let shell = format!("trap '' XFSZ; ulimit -f {BLOCKS}; exec \"$0\" serve --config \"$1\"");
    command.arg("-c").arg(shell).arg(program().get_program()).arg(&config);
    let mut node = Mamori::spawn(command);
    let admin = Caller::of_the_machine(&node.address, &config, &["admin"]).await;
    let bank = admin.create_bank("known", 0..1).await;
    let service = admin.create_service("photos").await;

    let mut refused = None;
    for round in 0..200 {
        let entries: Vec<_> =
            (0..1_000).map(|nth| json!({ "hash": format!("{round:032x}{nth:032x}") })).collect();
        let body = json!({ "entries": entries });
        let path = format!("/v1/banks/{bank}/entries");
        let (status, answer) = admin.call(reqwest::Method::POST, &path, Some(body)).await;
        if status != 200 {
            refused = Some((status, answer));
            break;
        }
    }
    let (clean, _) = service.upload("clean", picture(50)).await.unwrap();
    let (healthy, _) = service.get("/healthz").await;
    let (stopped, _) = node.stop();

    let (status, answer) = refused.expect("the disk was never full");
    assert_eq!((status.as_u16(), &answer["type"]), (503, &json!("store.unavailable")));
    assert_eq!((clean.as_u16(), healthy.as_u16()), (200, 200));
    assert!(stopped.success());
}
