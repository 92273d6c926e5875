//! Blocks that are being written: text, and blocks in it that are still open.

/// A block of an [`Outline`].
pub(super) type BlockId = usize;

#[derive(Clone, Debug)]
pub(super) enum Piece {
    Text(String),
    /// `on CardDeclined`, and its block.
    Block(String, BlockId),
    /// What stands in another block, without its braces: written when more is known.
    Inline(BlockId),
    /// A publication, by number: its fields are known at the end only.
    Publish(usize),
}

#[derive(Debug, Default)]
pub(super) struct Outline {
    blocks: Vec<Vec<Piece>>,
}

impl Outline {
    pub fn block(&mut self) -> BlockId {
        self.blocks.push(Vec::new());
        self.blocks.len() - 1
    }

    pub fn push(&mut self, block: BlockId, piece: Piece) {
        self.blocks[block].push(piece);
    }

    pub fn text(&mut self, block: BlockId, text: impl Into<String>) {
        self.push(block, Piece::Text(text.into()));
    }

    pub fn is_empty(&self, block: BlockId) -> bool {
        self.blocks[block].is_empty()
    }

    /// Whether there is one entry only.
    pub fn is_one(&self, block: BlockId) -> bool {
        matches!(self.blocks[block].as_slice(), [Piece::Text(_) | Piece::Block(..)])
    }

    /// Moves everything from one block to the end of another.
    pub fn splice(&mut self, into: BlockId, from: BlockId) {
        self.blocks[into].push(Piece::Inline(from));
    }

    /// Whether nothing at all stands in a block.
    fn is_blank(&self, block: BlockId) -> bool {
        self.blocks[block].iter().all(|piece| matches!(piece, Piece::Inline(inner) if self.is_blank(*inner)))
    }

    /// The entries of a block, without its braces.
    pub fn print(&self, block: BlockId, publish: &dyn Fn(usize) -> String, out: &mut String) {
        for piece in &self.blocks[block] {
            match piece {
                Piece::Text(text) => *out += text,
                Piece::Inline(inner) => {
                    self.print(*inner, publish, out);
                    continue;
                }
                Piece::Publish(number) => *out += &publish(*number),
                Piece::Block(head, inner) if says_nothing(head) && self.is_blank(*inner) => *out += head,
                Piece::Block(head, inner) => {
                    *out += head;
                    *out += " {\n";
                    self.print(*inner, publish, out);
                    out.push('}');
                }
            }
            out.push('\n');
        }
    }
}

/// Whether an entry means the same without its block.
fn says_nothing(head: &str) -> bool {
    head.starts_with("step ") || head.starts_with("wait for ")
}
