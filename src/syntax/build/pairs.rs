//! pest's pairs in one list: looking at one costs no count of who else holds the queue.

use super::super::grammar::Rule;
use pest::Token;
use pest::iterators::Pairs;

/// Everything that was read, each pair before those inside of it.
pub(super) struct Tree {
    nodes: Vec<Node>,
}

struct Node {
    rule: Rule,
    start: u32,
    end: u32,
    /// The first node that is not inside of this one.
    next: u32,
}

impl Tree {
    pub fn new(pairs: Pairs<Rule>) -> Tree {
        let tokens = pairs.tokens();
        let mut nodes: Vec<Node> = Vec::with_capacity(tokens.len() / 2);
        let mut open: Vec<usize> = Vec::with_capacity(32);
        for token in tokens {
            match token {
                Token::Start { rule, pos } => {
                    open.push(nodes.len());
                    nodes.push(Node { rule, start: pos.pos() as u32, end: 0, next: 0 });
                }
                Token::End { pos, .. } => {
                    let next = nodes.len() as u32;
                    if let Some(at) = open.pop() {
                        nodes[at].end = pos.pos() as u32;
                        nodes[at].next = next;
                    }
                }
            }
        }
        Tree { nodes }
    }

    pub fn first(&self) -> Pair<'_> {
        Pair { nodes: &self.nodes, at: 0 }
    }
}

/// One pair: which rule has read which letters.
#[derive(Clone, Copy)]
pub(super) struct Pair<'t> {
    nodes: &'t [Node],
    at: usize,
}

impl<'t> Pair<'t> {
    pub fn as_rule(self) -> Rule {
        self.nodes[self.at].rule
    }

    pub fn start(self) -> usize {
        self.nodes[self.at].start as usize
    }

    pub fn end(self) -> usize {
        self.nodes[self.at].end as usize
    }

    pub fn children(self) -> Children<'t> {
        Children { nodes: self.nodes, at: self.at + 1, end: self.nodes[self.at].next as usize }
    }
}

/// The children of a pair, one after the other.
#[derive(Clone)]
pub(super) struct Children<'t> {
    nodes: &'t [Node],
    at: usize,
    end: usize,
}

impl<'t> Children<'t> {
    /// The next child, where the grammar says that there is one.
    pub fn demand(&mut self) -> Pair<'t> {
        self.next().expect("the grammar demands this child")
    }

    /// The next child if it is a `rule`.
    pub fn optional(&mut self, rule: Rule) -> Option<Pair<'t>> {
        if self.is_next(rule) { self.next() } else { None }
    }

    pub fn is_next(&self, rule: Rule) -> bool {
        self.peek().is_some_and(|pair| pair.as_rule() == rule)
    }

    pub fn peek(&self) -> Option<Pair<'t>> {
        (self.at < self.end).then_some(Pair { nodes: self.nodes, at: self.at })
    }
}

impl<'t> Iterator for Children<'t> {
    type Item = Pair<'t>;

    fn next(&mut self) -> Option<Pair<'t>> {
        let pair = self.peek()?;
        self.at = self.nodes[self.at].next as usize;
        Some(pair)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let mut n = 0;
        let mut at = self.at;
        while at < self.end {
            at = self.nodes[at].next as usize;
            n += 1;
        }
        (n, Some(n))
    }
}

impl ExactSizeIterator for Children<'_> {}
