//! Prints the first administrator's key once, on stdout.

use std::io::{self, Write};

use mamori_desk::services::issue_key::Issued;

/// Prints the key. On stdout and not in the log, because logs are stored, copied and read by many.
pub fn print(issued: &Issued) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "There was no administrator's key, so this one was created. It is shown only now\nand not \
         stored: put it where you keep passwords.\n\n    {}\n",
        issued.token.reveal()
    )?;
    out.flush()
}
