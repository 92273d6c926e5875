//! A value of the run that is written in one place and read in others, perhaps before it is there.

use crate::context::Cx;
use crate::flow::{Exit, Flow};
use crate::runs::Late;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::{Arc, Mutex, PoisonError};

type Keep<T> = Arc<dyn Fn(&T) + Send + Sync>;

pub struct Slot<T> {
    name: &'static str,
    value: Arc<Mutex<Option<T>>>,
    /// Who else wants to know.
    keep: Option<Keep<T>>,
}

impl<T> Clone for Slot<T> {
    fn clone(&self) -> Slot<T> {
        Slot { name: self.name, value: self.value.clone(), keep: self.keep.clone() }
    }
}

impl<T: Clone> Slot<T> {
    pub fn new(name: &'static str) -> Slot<T> {
        Slot { name, value: Arc::default(), keep: None }
    }

    pub fn set(&self, value: T) {
        if let Some(keep) = &self.keep {
            keep(&value);
        }
        *self.value.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
    }

    /// What it holds, or nothing.
    pub fn peek(&self) -> Option<T> {
        self.value.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What it holds; the workflow was checked to have written it before.
    pub fn get(&self) -> Flow<T> {
        self.peek().ok_or_else(|| Exit::Broken(format!("`{}` holds nothing", self.name)))
    }
}

impl Cx {
    /// A slot whose value is there as well when the run is over.
    pub fn kept<T: Clone + Serialize>(&self, name: &'static str) -> Slot<T> {
        let run = self.run.clone();
        let keep = move |value: &T| {
            let value = serde_json::to_value(value).unwrap_or_default();
            run.change(|state| state.kept.insert(name.to_string(), value));
        };
        Slot { keep: Some(Arc::new(keep)), ..Slot::new(name) }
    }
}

impl<W> Late<W> {
    /// A slot that holds what it held when the run was over.
    pub fn slot<T: Clone + DeserializeOwned>(&self, name: &'static str) -> Slot<T> {
        let slot = Slot::new(name);
        if let Some(Ok(value)) = self.kept.get(name).cloned().map(serde_json::from_value) {
            slot.set(value);
        }
        slot
    }
}
