//! TOTP codes: six digits that change every 30 seconds (RFC 6238, as every authenticator supports
//! it).

use mamori_model::Sensitive;
use totp_rs::{Algorithm, Builder, Secret, Totp};

use crate::Error;
use crate::error::random_bytes;

/// Length of the secret in bytes: 160 bits, as RFC 4226, section 4, R6 recommends.
const SECRET_BYTES: usize = 20;
const DIGITS: u8 = 6;
const STEP_S: u64 = 30;
/// How many steps the authenticator's clock may be off, in each direction.
const SKEW: u16 = 1;

/// The TOTP secret that Mamori and the authenticator share.
#[derive(Clone, Debug)]
pub struct TotpSecret(Sensitive<Vec<u8>>);

impl TotpSecret {
    /// Generates a new random secret.
    pub fn generate() -> Result<Self, Error> {
        Ok(Self(Sensitive::new(random_bytes::<SECRET_BYTES>()?.to_vec())))
    }

    /// Restores a secret from its stored bytes; [`Error::Broken`] if the length is wrong.
    pub fn from_stored(bytes: Sensitive<Vec<u8>>) -> Result<Self, Error> {
        let is_ours = bytes.reveal().len() == SECRET_BYTES;
        is_ours.then_some(Self(bytes)).ok_or(Error::Broken("TOTP secret"))
    }

    /// Returns the bytes for storage; the caller must seal them.
    pub fn bytes(&self) -> &Sensitive<Vec<u8>> {
        &self.0
    }

    /// Returns the secret in base32, to be typed into an authenticator by hand.
    pub fn text(&self) -> Sensitive<String> {
        Sensitive::new(Secret::from(self.0.reveal().clone()).to_base32())
    }

    /// Returns the link for an authenticator: `otpauth://totp/…`.
    pub fn link(&self, issuer: &str, name: &str) -> Result<Sensitive<String>, Error> {
        // A colon would end the issuer early.
        let clean = |text: &str| text.replace(':', " ");
        let totp = self.builder().with_issuer(Some(clean(issuer))).with_account_name(clean(name));
        let totp = totp.build().map_err(|cause| internal(&cause))?;
        totp.to_url().map(Sensitive::new).map_err(|cause| internal(&cause))
    }

    /// Returns the time step of `code`, if it is the code of the current, the previous or the next
    /// step, and the step is later than `last_step`, the last one that was accepted: a code works
    /// only once.
    pub fn check(&self, code: &str, unix_s: u64, last_step: Option<u64>) -> Option<u64> {
        let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        let is_code = digits.len() == usize::from(DIGITS)
            && digits.bytes().all(|digit| digit.is_ascii_digit());
        let step = if is_code { self.totp()?.check(&digits, unix_s) } else { None };
        step.filter(|step| last_step.is_none_or(|last| *step > last))
    }

    /// Returns the code at the time `unix_s` (Unix time in seconds), as an authenticator shows it.
    pub fn code_at(&self, unix_s: u64) -> Option<Sensitive<String>> {
        Some(Sensitive::new(self.totp()?.generate(unix_s).to_string()))
    }

    fn totp(&self) -> Option<Totp> {
        self.builder().build().ok()
    }

    fn builder(&self) -> Builder {
        Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(DIGITS)
            .with_step_duration(STEP_S)
            .with_skew(SKEW)
            .with_secret(self.0.reveal().clone())
    }
}

fn internal(cause: &totp_rs::TotpError) -> Error {
    Error::Internal { what: "make a link for an authenticator", cause: cause.to_string().into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of the SHA-1 rows in RFC 6238, appendix B.
    fn of_the_rfc() -> TotpSecret {
        TotpSecret::from_stored(Sensitive::new(b"12345678901234567890".to_vec())).unwrap()
    }

    #[test]
    fn codes_are_those_of_the_rfc() {
        // The last six of the appendix's eight digits.
        for (unix_s, code) in [(59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037")]
        {
            assert_eq!(of_the_rfc().check(code, unix_s, None), Some(unix_s / 30), "{unix_s}");
            assert_eq!(of_the_rfc().code_at(unix_s).unwrap().reveal(), code);
        }
    }

    #[test]
    fn a_code_is_accepted_once() {
        let secret = of_the_rfc();
        let step = secret.check("287082", 59, None).unwrap();

        assert_eq!(secret.check("287082", 59, Some(step)), None);
        assert_eq!(secret.check("287082", 59, Some(step + 1)), None);
        assert_eq!(secret.check("287082", 59, Some(step - 1)), Some(step));
    }

    #[test]
    fn a_clock_may_be_off_by_one_step_and_no_more() {
        let secret = of_the_rfc();

        assert_eq!(secret.check("287082", 59 + 30, None), Some(1));
        assert_eq!(secret.check("287082", 29, None), Some(1));
        assert_eq!(secret.check("287082", 59 + 60, None), None);
        assert_eq!(secret.check("287082", 0, None), Some(1));
    }

    #[test]
    fn only_six_digits_are_a_code_and_spaces_do_not_matter() {
        let secret = of_the_rfc();

        assert_eq!(secret.check(" 287 082\n", 59, None), Some(1));
        for text in ["", "28708", "2870820", "28708２", "28708a", "-87082"] {
            assert_eq!(secret.check(text, 59, None), None, "{text}");
        }
    }

    #[test]
    fn a_link_names_issuer_and_person_whatever_they_are_called() {
        let link = of_the_rfc().link("Mamori: 守り", "ada").unwrap();

        let secret = of_the_rfc().text();
        assert!(link.reveal().starts_with("otpauth://totp/Mamori"), "{}", link.reveal());
        assert!(link.reveal().contains(secret.reveal()));
        assert_eq!(secret.reveal(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }

    #[test]
    fn each_new_secret_is_another_one_and_debug_hides_it() {
        let [one, other] = [(); 2].map(|()| TotpSecret::generate().unwrap());

        assert_ne!(one.bytes().reveal(), other.bytes().reveal());
        assert_eq!(format!("{one:?}"), "TotpSecret([sensitive])");
        assert!(TotpSecret::from_stored(Sensitive::new(vec![1; 19])).is_err());
    }
}
