//! Reads and lists for API keys, in pages. Each function takes the proof of an API key; a service
//! sees only what is its own. Not the lists of the console.

use mamori_model::import::Import;
use mamori_model::key::{Key, Scope, Service};
use mamori_model::matched::Match;
use mamori_model::page::{Page, PageSize};
use mamori_model::webhook::{Delivery, DeliveryState, Endpoint};
use mamori_model::{
    Bank, BankId, BankName, DeliveryId, EndpointId, Entry, EntryId, ImportId, KeyId, MatchId,
    ServiceId,
};
use mamori_store::{EntryFilter, MatchFilter};

use crate::{Admin, Caller, Desk, Error, Proof};

/// The scopes with which a bank's description may be read: also those whose work needs it.
const BANK: &[Scope] =
    &[Scope::BanksRead, Scope::BanksWrite, Scope::EntriesWrite, Scope::EntriesExport];
/// The scopes with which one entry may be read. Only [`Scope::EntriesExport`] may be shown its hash.
const ENTRY: &[Scope] = &[Scope::EntriesWrite, Scope::EntriesExport];
/// The scopes with which deliveries may be read: those of actions are needed to answer them.
const DELIVERIES: &[Scope] = &[Scope::Webhooks, Scope::ActionsAnswer];

impl Desk {
    /// Returns a bank; [`Error::NotFound`] if it does not exist. Any API key may read a bank's
    /// description; only an administrator's key reads its entries.
    pub async fn bank(&self, who: &Proof, id: BankId) -> Result<Bank, Error> {
        who.require(BANK)?;
        self.store().bank(id).await?.ok_or(Error::NotFound("bank"))
    }

    /// Returns the bank with this name; [`Error::NotFound`] if there is none.
    pub async fn bank_named(&self, who: &Proof, name: &BankName) -> Result<Bank, Error> {
        who.require(BANK)?;
        self.store().bank_named(name).await?.ok_or(Error::NotFound("bank"))
    }

    /// Lists the banks, oldest first.
    pub async fn banks(
        &self,
        who: &Proof,
        after: Option<BankId>,
        size: PageSize,
    ) -> Result<Page<Bank, BankId>, Error> {
        who.require(&[Scope::BanksRead])?;
        Ok(self.store().banks(after, size).await?)
    }

    /// Returns how many entries of a bank match now: neither withdrawn nor expired.
    pub async fn count_entries(&self, who: &Proof, bank: BankId) -> Result<u64, Error> {
        who.require(BANK)?;
        Ok(self.store().count_entries(bank, self.clock().now()).await?)
    }

    /// Returns an entry of a bank, also a withdrawn or expired one; [`Error::NotFound`] if the bank
    /// has no such entry.
    pub async fn entry(&self, who: &Admin, bank: BankId, id: EntryId) -> Result<Entry, Error> {
        who.require(ENTRY)?;
        let entry = self.store().entry(id).await?;
        entry.filter(|entry| entry.bank == bank).ok_or(Error::NotFound("entry"))
    }

    /// Lists the entries of a bank, oldest first; [`Error::NotFound`] if there is no such bank.
    pub async fn entries(
        &self,
        who: &Admin,
        bank: BankId,
        filter: &EntryFilter,
        after: Option<EntryId>,
        size: PageSize,
    ) -> Result<Page<Entry, EntryId>, Error> {
        who.require(&[Scope::EntriesExport])?;
        self.store().bank(bank).await?.ok_or(Error::NotFound("bank"))?;
        Ok(self.store().entries(bank, filter, after, size, self.clock().now()).await?)
    }

    /// Returns an import into a bank, also while it runs; [`Error::NotFound`] if it does not exist.
    pub async fn import(&self, who: &Admin, bank: BankId, id: ImportId) -> Result<Import, Error> {
        who.require(&[Scope::BanksRead])?;
        self.store().import(bank, id).await?.ok_or(Error::NotFound("import"))
    }

    /// Lists the imports into a bank, newest first; [`Error::NotFound`] if there is no such bank.
    pub async fn imports(
        &self,
        who: &Admin,
        bank: BankId,
        after: Option<ImportId>,
        size: PageSize,
    ) -> Result<Page<Import, ImportId>, Error> {
        who.require(&[Scope::BanksRead])?;
        self.store().bank(bank).await?.ok_or(Error::NotFound("bank"))?;
        Ok(self.store().imports(bank, after, size).await?)
    }

    /// Returns one of the caller's matches; [`Error::NotFound`] also for a match of another
    /// service.
    pub async fn a_match(&self, caller: &Caller, id: MatchId) -> Result<Match, Error> {
        caller.require(&[Scope::Checks])?;
        self.store().a_match(caller.service(), id).await?.ok_or(Error::NotFound("match"))
    }

    /// Lists the caller's matches, newest first. There is no filter by account: Mamori must not
    /// list everything that one person did.
    pub async fn matches(
        &self,
        caller: &Caller,
        filter: MatchFilter,
        after: Option<MatchId>,
        size: PageSize,
    ) -> Result<Page<Match, MatchId>, Error> {
        caller.require(&[Scope::Checks])?;
        let own = MatchFilter { service: Some(caller.service()), ..filter };
        Ok(self.store().matches(&own, after, size).await?)
    }

    /// Lists the services, oldest first.
    pub async fn services(
        &self,
        who: &Admin,
        after: Option<ServiceId>,
        size: PageSize,
    ) -> Result<Page<Service, ServiceId>, Error> {
        who.require(&[Scope::Services])?;
        Ok(self.store().services(after, size).await?)
    }

    /// Lists the API keys of one service or of all, oldest first, revoked ones included.
    pub async fn keys(
        &self,
        who: &Admin,
        service: Option<ServiceId>,
        after: Option<KeyId>,
        size: PageSize,
    ) -> Result<Page<Key, KeyId>, Error> {
        who.require(&[Scope::Keys])?;
        Ok(self.store().keys(service, after, size).await?)
    }

    /// Returns one of the caller's endpoints; [`Error::NotFound`] if it was removed or is
    /// another service's.
    pub async fn endpoint(&self, caller: &Caller, id: EndpointId) -> Result<Endpoint, Error> {
        caller.require(&[Scope::Webhooks])?;
        self.store().endpoint(caller.service(), id).await?.ok_or(Error::NotFound("endpoint"))
    }

    /// Lists the caller's endpoints that are not removed, oldest first.
    pub async fn endpoints(
        &self,
        caller: &Caller,
        after: Option<EndpointId>,
        size: PageSize,
    ) -> Result<Page<Endpoint, EndpointId>, Error> {
        caller.require(&[Scope::Webhooks])?;
        Ok(self.store().endpoints(caller.service(), after, size).await?)
    }

    /// Returns one of the caller's webhook deliveries; [`Error::NotFound`] also for a
    /// delivery of another service.
    pub async fn delivery(&self, caller: &Caller, id: DeliveryId) -> Result<Delivery, Error> {
        caller.require(DELIVERIES)?;
        self.store().delivery(caller.service(), id).await?.ok_or(Error::NotFound("delivery"))
    }

    /// Lists the caller's webhook deliveries, newest first: to one endpoint or to all, in one state
    /// or in any.
    pub async fn deliveries(
        &self,
        caller: &Caller,
        endpoint: Option<EndpointId>,
        state: Option<DeliveryState>,
        after: Option<DeliveryId>,
        size: PageSize,
    ) -> Result<Page<Delivery, DeliveryId>, Error> {
        caller.require(DELIVERIES)?;
        Ok(self.store().deliveries(caller.service(), endpoint, state, after, size).await?)
    }
}
