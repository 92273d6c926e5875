//! Blocks that may only last so long.

use crate::context::{Cx, until};
use crate::driver::Command;
use crate::flow::{Exit, Flow};
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

impl Cx {
    /// A block that is given up when so much time has passed, unless a pivot in it has succeeded. What
    /// was on its way then is taken back when it turns out to have been done.
    pub async fn within<T>(
        &self,
        time: Duration,
        block: impl Future<Output = Flow<T>> + Send,
    ) -> Flow<T> {
        self.open().await;
        let timer = self.run.command(Command::Sleep(time));
        let pivots = self.run.read(|state| state.pivots.len());
        let outcome = {
            let mut block = pin!(block);
            poll_fn(|context| {
                if let Poll::Ready(outcome) = block.as_mut().poll(context) {
                    return Poll::Ready(outcome);
                }
                if self.run.read(|state| state.replies.contains_key(&timer) && state.undoing == 0)
                    && !self.has_pivoted_since(pivots)
                {
                    return Poll::Ready(Err(Exit::TooLate));
                }
                Poll::Pending
            })
            .await
        };
        if matches!(outcome, Err(Exit::TooLate)) {
            self.settle().await;
        }
        outcome
    }

    /// The same, until a moment.
    pub async fn before<T>(
        &self,
        moment: jiff::Timestamp,
        block: impl Future<Output = Flow<T>> + Send,
    ) -> Flow<T> {
        let now = self.now().await;
        self.within(until(now, moment), block).await
    }

    fn has_pivoted_since(&self, pivots: usize) -> bool {
        self.run.read(|state| {
            state.pivots.iter().skip(pivots).any(|place| place.starts_with(&self.place))
        })
    }
}

/// The second of two limits of one block.
pub async fn second<T>(limited: impl Future<Output = Flow<T>> + Send) -> Flow<T> {
    match limited.await {
        Err(Exit::TooLate) => Err(Exit::TooLateAgain),
        outcome => outcome,
    }
}

/// A limit without an `else` counts as an outage of its block.
pub async fn or_outage<T>(limited: impl Future<Output = Flow<T>> + Send) -> Flow<T> {
    match limited.await {
        Err(Exit::TooLate) => Err(Exit::Outage("the limit of the block has passed".to_string())),
        outcome => outcome,
    }
}
