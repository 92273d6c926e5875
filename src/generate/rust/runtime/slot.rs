//! A value of the run that is written in one place and read in others, perhaps before it is there.

use crate::flow::{Exit, Flow};
use std::sync::{Arc, Mutex, PoisonError};

#[derive(Debug)]
pub struct Slot<T> {
    name: &'static str,
    value: Arc<Mutex<Option<T>>>,
}

impl<T> Clone for Slot<T> {
    fn clone(&self) -> Slot<T> {
        Slot { name: self.name, value: self.value.clone() }
    }
}

impl<T: Clone> Slot<T> {
    pub fn new(name: &'static str) -> Slot<T> {
        Slot { name, value: Arc::default() }
    }

    pub fn set(&self, value: T) {
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
