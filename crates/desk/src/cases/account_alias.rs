//! Aliases of accounts: what lists show in place of an account's own name, so that a list says
//! which of its cases are about the same account and not whose they are.

use std::collections::BTreeMap;
use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use jiff::civil::Date;
use mamori_model::{Account, Case, CaseId, ItemName, ServiceId, Subject};
use sha2::Sha256;
use uuid::Uuid;

use crate::staff::member::{Member, Records};
use crate::{Desk, Error};

/// The name under which the secret of aliases is stored.
const ALIAS_SECRET: &str = "aliases of accounts";

/// The characters of an alias: digits and letters without I, L, O and U, which are easily misread.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// What one list shows in place of an account's name on one day (UTC). The same account has another
/// alias in another list, on another day and at another service.
///
/// Text: two groups of four characters, such as `K3QF-7P2M`: the first 40 bits of an HMAC-SHA256. Two
/// of a thousand accounts of one list have the same alias with a probability of one in two million.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AccountAlias(String);

impl AccountAlias {
    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn of(mac: [u8; 32]) -> Self {
        let bits = mac.iter().take(5).fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        let character = |place: u32| {
            let five = usize::try_from(bits >> (35 - 5 * place) & 31).unwrap_or(0);
            ALPHABET.get(five).copied().map_or('0', char::from)
        };
        let (first, second) =
            ((0..4).map(character).collect::<String>(), (4..8).map(character).collect::<String>());
        Self(format!("{first}-{second}"))
    }
}

impl fmt::Display for AccountAlias {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a page shows of the subject of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShownSubject {
    /// The account by its own name.
    Account(Account),
    /// The account by an alias of this one case.
    Alias(AccountAlias),
    /// The item, if the service did not name an account.
    Item(ItemName),
}

impl ShownSubject {
    /// Returns the subject as it is named.
    pub(super) fn named(subject: &Subject) -> Self {
        match subject {
            Subject::Account(account) => Self::Account(account.clone()),
            Subject::Item(item) => Self::Item(item.clone()),
        }
    }
}

/// The aliases of one list on one day.
pub(crate) struct AliasList {
    key: Hmac<Sha256>,
}

impl AliasList {
    /// Derives the key of the list `name` on `day` from the secret of the database.
    fn of(secret: &[u8; 32], name: &str, day: Date) -> Self {
        let mut mac = keyed(secret);
        for part in [day.to_string().as_str(), "\0", name] {
            mac.update(part.as_bytes());
        }
        Self { key: keyed(&mac.finalize().into_bytes()) }
    }

    /// Returns the alias of an account of a service.
    pub(crate) fn alias(&self, service: ServiceId, account: &Account) -> AccountAlias {
        let mut mac = self.key.clone();
        mac.update(Uuid::from(service).as_bytes());
        mac.update(account.reveal().as_bytes());
        AccountAlias::of(mac.finalize().into_bytes().into())
    }
}

#[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("any length is a key")
}

impl Desk {
    /// Returns today's aliases in the list `list` of the accounts that `cases` are about; a case
    /// about an item has none. `list` is the list's name with its filter: what is filtered in
    /// another way is another list. [`Error::NotFound`] for a staff member who may not know of
    /// cases.
    pub async fn aliases_of_cases(
        &self,
        who: &Member,
        list: &str,
        cases: impl IntoIterator<Item = CaseId>,
    ) -> Result<BTreeMap<CaseId, AccountAlias>, Error> {
        if who.reviewer().is_none() && who.records().is_none() {
            return Err(Error::NotFound("case"));
        }
        let aliases = self.aliases_of_list(list).await?;
        let subjects = self.store().subjects_of_cases(cases, who.assignment()).await?;
        let alias = |(case, (service, subject)): (CaseId, (ServiceId, Subject))| {
            Some((case, aliases.alias(service, subject.account()?)))
        };
        Ok(subjects.into_iter().filter_map(alias).collect())
    }

    /// Returns the subject of a case for a staff member who has not claimed it: an auditor is shown
    /// an account by its name, others by an alias.
    pub(super) async fn subject_for(
        &self,
        who: &Records,
        case: &Case,
    ) -> Result<ShownSubject, Error> {
        match &case.subject {
            Subject::Account(account) if who.member().auditor().is_none() => {
                let aliases = self.aliases_of_list(&format!("case {}", case.id)).await?;
                Ok(ShownSubject::Alias(aliases.alias(case.service, account)))
            }
            subject @ (Subject::Account(_) | Subject::Item(_)) => Ok(ShownSubject::named(subject)),
        }
    }

    /// Returns the aliases of the list `list` today.
    pub(crate) async fn aliases_of_list(&self, list: &str) -> Result<AliasList, Error> {
        let secret = self.shared_secret(&self.inner.alias_secret, ALIAS_SECRET).await?;
        Ok(AliasList::of(secret.reveal(), list, Self::day(self.clock().now())))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const DAY: Date = Date::constant(2026, 11, 18);

    fn account(name: &str) -> Account {
        name.parse().unwrap()
    }

    fn service(number: u128) -> ServiceId {
        Uuid::from_u128(number).into()
    }

    /// The expected text was computed with Python's `hmac` over the same parts.
    #[test]
    fn an_alias_is_the_beginning_of_a_keyed_hash() {
        let list = AliasList::of(&[7; 32], "decisions", DAY);

        assert_eq!(list.alias(service(1), &account("account 12")).as_str(), "ZD7P-TQEW");
    }

    #[test]
    fn an_account_has_another_alias_in_another_list_on_another_day_and_with_another_secret() {
        let tomorrow = Date::constant(2026, 11, 19);
        let lists = [
            AliasList::of(&[7; 32], "decisions", DAY),
            AliasList::of(&[7; 32], "decisions", tomorrow),
            AliasList::of(&[7; 32], "disputes", DAY),
            AliasList::of(&[8; 32], "decisions", DAY),
        ];

        let aliases: BTreeSet<_> =
            lists.iter().map(|list| list.alias(service(1), &account("account 12"))).collect();

        assert_eq!(aliases.len(), lists.len());
    }

    #[test]
    fn two_accounts_of_one_list_have_two_aliases_and_so_have_two_services() {
        let list = AliasList::of(&[7; 32], "decisions", DAY);

        let aliases: BTreeSet<_> = (0..2)
            .flat_map(|at| {
                let list = &list;
                (0..500).map(move |number| list.alias(service(at), &account(&format!("a{number}"))))
            })
            .collect();

        assert_eq!(aliases.len(), 1_000);
    }
}
