//! Reads and lists for API keys, in pages. Each function takes the proof of an API key; a service
//! sees only what is its own. Not the lists of the console.

use mamori_model::import::Import;
use mamori_model::key::{Key, Service};
use mamori_model::matched::Match;
use mamori_model::page::{Page, PageSize};
use mamori_model::webhook::{Delivery, DeliveryState, Endpoint};
use mamori_model::{
    Bank, BankId, BankName, DeliveryId, EndpointId, Entry, EntryId, ImportId, KeyId, MatchId,
    ServiceId,
};
use mamori_store::{EntryFilter, MatchFilter};

use crate::{Admin, Caller, Desk, Error, Proof};

impl Desk {
    /// Returns a bank; [`Error::NotFound`] if it does not exist. Any API key may read a bank's
    /// description; only an administrator's key reads its entries.
    pub async fn bank(&self, _: &Proof, id: BankId) -> Result<Bank, Error> {
        self.store().bank(id).await?.ok_or(Error::NotFound("bank"))
    }

    /// Returns the bank with this name; [`Error::NotFound`] if there is none.
    pub async fn bank_named(&self, _: &Proof, name: &BankName) -> Result<Bank, Error> {
        self.store().bank_named(name).await?.ok_or(Error::NotFound("bank"))
    }

    /// Lists the banks, oldest first.
    pub async fn banks(
        &self,
        _: &Proof,
        after: Option<BankId>,
        size: PageSize,
    ) -> Result<Page<Bank, BankId>, Error> {
        Ok(self.store().banks(after, size).await?)
    }

    /// Returns how many entries of a bank match now: neither withdrawn nor expired.
    pub async fn count_entries(&self, _: &Proof, bank: BankId) -> Result<u64, Error> {
        Ok(self.store().count_entries(bank, self.clock().now()).await?)
    }

    /// Returns an entry of a bank, also a withdrawn or expired one; [`Error::NotFound`] if the bank
    /// has no such entry.
    pub async fn entry(&self, _: &Admin, bank: BankId, id: EntryId) -> Result<Entry, Error> {
        let entry = self.store().entry(id).await?;
        entry.filter(|entry| entry.bank == bank).ok_or(Error::NotFound("entry"))
    }

    /// Lists the entries of a bank, oldest first; [`Error::NotFound`] if there is no such bank.
    pub async fn entries(
        &self,
        _: &Admin,
        bank: BankId,
        filter: &EntryFilter,
        after: Option<EntryId>,
        size: PageSize,
    ) -> Result<Page<Entry, EntryId>, Error> {
        self.store().bank(bank).await?.ok_or(Error::NotFound("bank"))?;
        Ok(self.store().entries(bank, filter, after, size, self.clock().now()).await?)
    }

    /// Returns an import into a bank, also while it runs; [`Error::NotFound`] if it does not exist.
    pub async fn import(&self, _: &Admin, bank: BankId, id: ImportId) -> Result<Import, Error> {
        self.store().import(bank, id).await?.ok_or(Error::NotFound("import"))
    }

    /// Lists the imports into a bank, newest first; [`Error::NotFound`] if there is no such bank.
    pub async fn imports(
        &self,
        _: &Admin,
        bank: BankId,
        after: Option<ImportId>,
        size: PageSize,
    ) -> Result<Page<Import, ImportId>, Error> {
        self.store().bank(bank).await?.ok_or(Error::NotFound("bank"))?;
        Ok(self.store().imports(bank, after, size).await?)
    }

    /// Returns one of the caller's matches; [`Error::NotFound`] also for a match of another
    /// service.
    pub async fn a_match(&self, caller: &Caller, id: MatchId) -> Result<Match, Error> {
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
        let own = MatchFilter { service: Some(caller.service()), ..filter };
        Ok(self.store().matches(&own, after, size).await?)
    }

    /// Lists the services, oldest first.
    pub async fn services(
        &self,
        _: &Admin,
        after: Option<ServiceId>,
        size: PageSize,
    ) -> Result<Page<Service, ServiceId>, Error> {
        Ok(self.store().services(after, size).await?)
    }

    /// Lists the API keys of one service or of all, oldest first, revoked ones included.
    pub async fn keys(
        &self,
        _: &Admin,
        service: Option<ServiceId>,
        after: Option<KeyId>,
        size: PageSize,
    ) -> Result<Page<Key, KeyId>, Error> {
        Ok(self.store().keys(service, after, size).await?)
    }

    /// Returns one of the caller's endpoints; [`Error::NotFound`] if it was removed or is
    /// another service's.
    pub async fn endpoint(&self, caller: &Caller, id: EndpointId) -> Result<Endpoint, Error> {
        self.store().endpoint(caller.service(), id).await?.ok_or(Error::NotFound("endpoint"))
    }

    /// Lists the caller's endpoints that are not removed, oldest first.
    pub async fn endpoints(
        &self,
        caller: &Caller,
        after: Option<EndpointId>,
        size: PageSize,
    ) -> Result<Page<Endpoint, EndpointId>, Error> {
        Ok(self.store().endpoints(caller.service(), after, size).await?)
    }

    /// Returns one of the caller's webhook deliveries; [`Error::NotFound`] also for a
    /// delivery of another service.
    pub async fn delivery(&self, caller: &Caller, id: DeliveryId) -> Result<Delivery, Error> {
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
        Ok(self.store().deliveries(caller.service(), endpoint, state, after, size).await?)
    }
}
