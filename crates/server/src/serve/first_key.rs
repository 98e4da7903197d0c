//! The first administrator's key is told once, on stdout, and never again.

use std::io::{self, Write};

use mamori_desk::issue_key::Issued;

/// Tells it. stdout and not the log: logs are kept, copied and read by many.
pub fn tell(issued: &Issued) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "There was no administrator yet, so here is a key for the first one. It is shown only \
         now,\nand not kept: put it where you keep passwords.\n\n    {}\n",
        issued.token.reveal()
    )?;
    out.flush()
}
