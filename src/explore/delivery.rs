//! The seven ways in which messages can come: what is in transit, and which of it may be handed over now.

/// In which order messages come. The sender is the service whose event it is; a receiver is a service
/// that waits for the event or reacts to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Delivery {
    /// In any order, each at least once; kept until somebody asks.
    #[default]
    Bag,
    /// From one service to another in the order in which they were published.
    FifoPair,
    /// To each service in an order that cause and effect allow.
    Causal,
    /// To each service in the order in which they were published: one queue a receiver.
    Inbox,
    /// From each service in the order in which they were published: one queue a sender.
    Outbox,
    /// One queue for all.
    Fifo,
    /// One after the other: nothing is sent before what was sent last has been taken.
    Rendezvous,
}

impl Delivery {
    pub const ALL: [Delivery; 7] = [
        Delivery::Bag,
        Delivery::FifoPair,
        Delivery::Causal,
        Delivery::Inbox,
        Delivery::Outbox,
        Delivery::Fifo,
        Delivery::Rendezvous,
    ];

    /// The word for it on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Delivery::Bag => "bag",
            Delivery::FifoPair => "fifo-pair",
            Delivery::Causal => "causal",
            Delivery::Inbox => "inbox",
            Delivery::Outbox => "outbox",
            Delivery::Fifo => "fifo",
            Delivery::Rendezvous => "rendezvous",
        }
    }

    /// What is assumed, for people.
    pub fn text(self) -> &'static str {
        match self {
            Delivery::Bag => super::DELIVERY,
            Delivery::FifoPair => "messages from one service to another in order",
            Delivery::Causal => "messages in an order that cause and effect allow",
            Delivery::Inbox => "messages to each service in one queue",
            Delivery::Outbox => "messages from each service in one queue",
            Delivery::Fifo => "all messages in one queue",
            Delivery::Rendezvous => "one message at a time",
        }
    }

    pub(super) fn is_ordered(self) -> bool {
        self != Delivery::Bag
    }
}

/// So many messages may be in transit at once; beyond that a run is cut.
pub(super) const MAX_IN_TRANSIT: usize = 16;

/// One message on its way to one receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Parcel {
    pub event: u32,
    pub from: u16,
    pub to: u16,
    /// Parcels in transit that were sent before it, as far as cause and effect go: a bit for each place.
    pub past: u16,
    /// Whether it is of the same publication as the one before it.
    pub with_previous: bool,
    /// Delivered for a second time.
    pub again: bool,
}

/// Whether the parcel at `place` may be handed over now.
pub(super) fn may_come(delivery: Delivery, network: &[Parcel], place: usize) -> bool {
    let parcel = &network[place];
    let same_queue = |other: &Parcel| match delivery {
        Delivery::Bag => false,
        Delivery::FifoPair => other.from == parcel.from && other.to == parcel.to,
        Delivery::Inbox => other.to == parcel.to,
        Delivery::Outbox => other.from == parcel.from,
        Delivery::Causal | Delivery::Fifo | Delivery::Rendezvous => true,
    };
    if delivery == Delivery::Causal {
        return !network
            .iter()
            .enumerate()
            .any(|(at, other)| other.to == parcel.to && at != place && parcel.past & (1 << at) != 0);
    }
    let mut first_of_publication = place;
    while network[first_of_publication].with_previous {
        first_of_publication -= 1;
    }
    !network[..first_of_publication].iter().any(same_queue)
}

/// Puts parcels of one publication behind those of their queue. What lies in different queues has no
/// order, so that it is kept sorted: states that mean the same are the same. Gives their places.
pub(super) fn put(delivery: Delivery, network: &mut Vec<Parcel>, parcels: &[Parcel]) -> Vec<usize> {
    let key = |parcel: &Parcel| match delivery {
        Delivery::Bag => (parcel.from, parcel.to, parcel.event),
        Delivery::FifoPair | Delivery::Causal => (parcel.from, parcel.to, 0),
        Delivery::Inbox => (0, parcel.to, 0),
        Delivery::Outbox => (parcel.from, 0, 0),
        Delivery::Fifo | Delivery::Rendezvous => (0, 0, 0),
    };
    let in_one_queue = matches!(delivery, Delivery::Outbox | Delivery::Fifo | Delivery::Rendezvous);
    let mut places = Vec::with_capacity(parcels.len());
    for (number, parcel) in parcels.iter().enumerate() {
        let place = network.iter().position(|other| key(other) > key(parcel)).unwrap_or(network.len());
        for other in network.iter_mut() {
            other.past = opened(other.past, place);
        }
        let with_previous = in_one_queue && number > 0;
        network.insert(place, Parcel { with_previous, past: 0, ..*parcel });
        for known in &mut places {
            *known += usize::from(*known >= place);
        }
        places.push(place);
    }
    places
}

/// Takes a parcel out.
pub(super) fn take_out(network: &mut Vec<Parcel>, place: usize) -> Parcel {
    let parcel = network.remove(place);
    if !parcel.with_previous && network.get(place).is_some_and(|next| next.with_previous) {
        network[place].with_previous = false;
    }
    for other in network.iter_mut() {
        other.past = closed(other.past, place);
    }
    parcel
}

/// Bits of places after one more stands at `place`.
pub(super) fn opened(bits: u16, place: usize) -> u16 {
    let below = (1u16 << place) - 1;
    (bits & below) | ((bits & !below) << 1)
}

/// Bits of places after the one at `place` is gone.
pub(super) fn closed(bits: u16, place: usize) -> u16 {
    let below = (1u16 << place) - 1;
    (bits & below) | ((bits >> 1) & !below)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parcel(event: u32, from: u16, to: u16) -> Parcel {
        Parcel { event, from, to, past: 0, with_previous: false, again: false }
    }

    /// Which events may come after these have been published one after the other.
    fn coming(delivery: Delivery, published: &[&[Parcel]]) -> Vec<(u32, u16)> {
        let mut network = Vec::new();
        for parcels in published {
            put(delivery, &mut network, parcels);
        }
        let places = (0..network.len()).filter(|place| may_come(delivery, &network, *place));
        let mut found: Vec<_> = places.map(|place| (network[place].event, network[place].to)).collect();
        found.sort_unstable();
        found
    }

    #[test]
    fn each_model_has_its_queues() {
        // 1 to 9 and to 8; then 2 from the same service, then 3 from another one, both to 9.
        let sent: [&[Parcel]; 3] =
            [&[parcel(1, 0, 9), parcel(1, 0, 8)], &[parcel(2, 0, 9)], &[parcel(3, 5, 9)]];
        assert_eq!(coming(Delivery::Bag, &sent), [(1, 8), (1, 9), (2, 9), (3, 9)]);
        assert_eq!(coming(Delivery::FifoPair, &sent), [(1, 8), (1, 9), (3, 9)]);
        assert_eq!(coming(Delivery::Inbox, &sent), [(1, 8), (1, 9)]);
        assert_eq!(coming(Delivery::Outbox, &sent), [(1, 8), (1, 9), (3, 9)]);
        assert_eq!(coming(Delivery::Fifo, &sent), [(1, 8), (1, 9)]);
    }

    #[test]
    fn one_publication_leaves_its_queue_when_all_have_it() {
        let mut network = Vec::new();
        put(Delivery::Fifo, &mut network, &[parcel(1, 0, 8), parcel(1, 0, 9)]);
        put(Delivery::Fifo, &mut network, &[parcel(2, 0, 9)]);
        take_out(&mut network, 0);
        assert!(may_come(Delivery::Fifo, &network, 0) && !may_come(Delivery::Fifo, &network, 1));
        take_out(&mut network, 0);
        assert!(may_come(Delivery::Fifo, &network, 0));
    }

    #[test]
    fn places_move_with_what_comes_and_goes() {
        assert_eq!(opened(0b101, 1), 0b1001);
        assert_eq!(closed(0b1001, 1), 0b101);
        assert_eq!(closed(0b11, 0), 0b1);
    }
}
