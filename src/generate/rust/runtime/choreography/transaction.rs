//! The transaction of a step: what a service writes in it is there exactly when its step is done.

use super::store::{Store, Unit};
use crate::services::Call;
use sqlx::SqliteConnection;
use std::any::Any;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use tokio::sync::{Mutex, OwnedMutexGuard};

/// Where a call finds its transaction. It begins when somebody asks for it, so that others need not wait
/// for a call that writes nothing, or not yet.
#[derive(Clone)]
pub(crate) struct Place {
    store: Store,
    unit: Arc<Mutex<Option<Unit>>>,
}

impl Place {
    pub fn new(store: Store) -> Place {
        Place { store, unit: Arc::default() }
    }

    pub fn inside(&self) -> Arc<dyn Any + Send + Sync> {
        Arc::new(self.clone())
    }

    /// The transaction, if the call has begun it.
    pub async fn taken(&self) -> Option<Unit> {
        self.unit.lock().await.take()
    }
}

/// The connection, within the transaction of the step.
pub struct Transaction {
    unit: OwnedMutexGuard<Option<Unit>>,
}

impl Deref for Transaction {
    type Target = SqliteConnection;
    fn deref(&self) -> &SqliteConnection {
        // INVARIANT: it is made with a unit in it, and nobody else can take that out.
        match &*self.unit {
            Some(unit) => unit.reads(),
            None => unreachable!("a transaction without a connection"),
        }
    }
}

impl DerefMut for Transaction {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        match &mut *self.unit {
            Some(unit) => unit.connection(),
            None => unreachable!("a transaction without a connection"),
        }
    }
}

/// There is no transaction to write in.
#[derive(Debug)]
pub struct NoTransaction(String);

impl std::fmt::Display for NoTransaction {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for NoTransaction {}

impl Call {
    /// The transaction of this step, in the database of its service. It is committed with the step, when
    /// that is done or refused, and rolled back after an outage. Until then nobody else writes there: ask
    /// others before you ask for it.
    pub async fn transaction(&self) -> Result<Transaction, NoTransaction> {
        let place = self.inside.0.as_ref().and_then(|inside| inside.downcast_ref::<Place>());
        let Some(place) = place else {
            return Err(NoTransaction("this step has no database".to_string()));
        };
        let mut unit = place.unit.clone().lock_owned().await;
        if unit.is_none() {
            let begun = place.store.begin().await;
            *unit = Some(begun.map_err(|error| NoTransaction(error.to_string()))?);
        }
        Ok(Transaction { unit })
    }
}
