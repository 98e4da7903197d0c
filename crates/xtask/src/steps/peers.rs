//! `peers`: the Python packages that tests start as servers, in `.cache/peers`.

use anyhow::Result;

use crate::machine::Machine;
use crate::need::Need;
use crate::python;
use crate::steps::Step;

/// The peers, pinned, and the library with which one of them issues tokens.
const PACKAGES: [&str; 4] =
    ["aiosmtpd==1.4.6", "oidc-provider-mock==0.3.4", "authlib==1.9.10", "cryptography==50.0.2"];

/// For tests that are run by hand; the steps `test` and `browser` do the same.
pub const STEP: Step = Step {
    name: "peers",
    about: "installs the servers that tests talk to, for tests by hand (needs PyPI)",
    needs: &[Need::Python],
    run: |machine, _| install(machine),
};

/// Installs the packages, once; `mamori_testkit::peer` looks for them there.
pub fn install(machine: &Machine) -> Result<()> {
    python::with_packages(machine, "peers", &PACKAGES).map(drop)
}
