//! The seeds that are kept, for a tree of any depth up to 64, so that tests can compare a small one with a model.

use zeroize::Zeroizing;

use super::{Node, Nodes};
use crate::kdf::expand;
use crate::secret::Key;
use crate::wire::Reader;

/// Bytes of an encoded node: depth, address, seed.
const NODE: usize = 1 + 8 + 32;

/// The fewest nodes below which all live leaves lie and no destroyed one does.
pub(super) struct Cover<const DEPTH: u8>(Nodes);

impl<const DEPTH: u8> Cover<DEPTH> {
    /// A tree with nothing destroyed.
    pub(super) fn whole(root: Key) -> Self {
        Self(Nodes::from([(0, Node { depth: 0, seed: root })]))
    }

    pub(super) fn nodes(&self) -> usize {
        self.0.len()
    }

    pub(super) fn covers(&self, address: u64) -> bool {
        self.find(address).is_some()
    }

    pub(super) fn key(&self, address: u64) -> Option<Key> {
        let (_, node) = self.find(address)?;
        Some(Self::descend(&node.seed, node.depth, DEPTH, address))
    }

    /// The subtree of the `DEPTH - BELOW` highest bits, with addresses of its own; `None` if nothing is left.
    pub(super) fn below<const BELOW: u8>(&self, prefix: u64) -> Option<Cover<BELOW>> {
        let depth = DEPTH - BELOW;
        let start = prefix << BELOW;
        if let Some((_, node)) = self.find(start).filter(|(_, node)| node.depth <= depth) {
            return Some(Cover::whole(Self::descend(&node.seed, node.depth, depth, start)));
        }
        let inside = self.0.range(start..=start | mask(BELOW));
        let nodes: Nodes = inside
            .map(|(address, node)| {
                let seed = node.seed.duplicate();
                (address - start, Node { depth: node.depth - depth, seed })
            })
            .collect();
        (!nodes.is_empty()).then_some(Cover(nodes))
    }

    /// Destroys all leaves below the node of that depth whose first leaf is at `start`.
    pub(super) fn destroy(&mut self, start: u64, depth: u8) {
        let above = self.find(start).filter(|(_, node)| node.depth < depth).map(|(address, _)| address);
        let Some(node) = above.and_then(|address| self.0.remove(&address)) else {
            let inside: Vec<u64> =
                self.0.range(start..=start | mask(DEPTH - depth)).map(|(at, _)| *at).collect();
            inside.iter().for_each(|address| drop(self.0.remove(address)));
            return;
        };
        let mut seed = node.seed;
        for level in node.depth..depth {
            let height = DEPTH - 1 - level;
            let bit = start >> height & 1;
            let sibling = (start ^ 1 << height) & !mask(height);
            self.0.insert(sibling, Node { depth: level + 1, seed: step(&seed, bit ^ 1) });
            seed = step(&seed, bit);
        }
    }

    pub(super) fn walk(&self) -> Walk<'_, DEPTH> {
        Walk { cover: self, last: 0, top: 0, path: Vec::with_capacity(usize::from(DEPTH) + 1) }
    }

    /// Count, then the nodes in the order of their addresses.
    pub(super) fn encode(&self) -> Zeroizing<Vec<u8>> {
        let mut out = Zeroizing::new(Vec::with_capacity(8 + self.0.len() * NODE));
        out.extend_from_slice(&(self.0.len() as u64).to_be_bytes());
        for (address, node) in &self.0 {
            out.push(node.depth);
            out.extend_from_slice(&address.to_be_bytes());
            out.extend_from_slice(node.seed.expose());
        }
        out
    }

    /// Refuses nodes that overlap, are out of order, stand where none can, or are two halves of one that would
    /// not have been split; and any byte too many.
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let count = usize::try_from(reader.u64()?).ok()?;
        if reader.left() != count.checked_mul(NODE)? {
            return None;
        }
        let mut nodes = Nodes::new();
        let mut before: Option<(u64, u8)> = None;
        for _ in 0..count {
            let depth = reader.u8().filter(|depth| *depth <= DEPTH)?;
            let address = reader.u64()?;
            let seed = Key::read(reader.take(32)?)?;
            let under = mask(DEPTH - depth);
            if address & under != 0 || address > mask(DEPTH) {
                return None;
            }
            if let Some((first, its_depth)) = before {
                let ordered = address > first | mask(DEPTH - its_depth);
                let halves = depth == its_depth && (address ^ first) == under.wrapping_add(1);
                if !ordered || halves {
                    return None;
                }
            }
            before = Some((address, depth));
            nodes.insert(address, Node { depth, seed });
        }
        reader.end()?;
        Some(Self(nodes))
    }

    /// The node above that leaf, and the address of its first leaf.
    fn find(&self, address: u64) -> Option<(u64, &Node)> {
        let (start, node) = self.0.range(..=address).next_back()?;
        (address <= start | mask(DEPTH - node.depth)).then_some((*start, node))
    }

    fn descend(seed: &Key, from: u8, to: u8, address: u64) -> Key {
        (from..to).fold(seed.duplicate(), |seed, level| step(&seed, address >> (DEPTH - 1 - level) & 1))
    }
}

/// Leaves one after the other, with the seeds on the way to the last one.
pub(super) struct Walk<'a, const DEPTH: u8> {
    cover: &'a Cover<DEPTH>,
    last: u64,
    /// The depth of the first seed in `path`.
    top: u8,
    path: Vec<Key>,
}

impl<const DEPTH: u8> Walk<'_, DEPTH> {
    pub(super) fn key(&mut self, address: u64) -> Option<Key> {
        // Bits that two addresses have in common, counted from the root.
        let common = ((address ^ self.last) << (64 - DEPTH)).leading_zeros().min(u32::from(DEPTH));
        let known = usize::try_from(common).ok()?.checked_sub(usize::from(self.top)).map(|below| below + 1);
        self.path.truncate(known.unwrap_or_default());
        self.last = address;
        if self.path.is_empty() {
            let (_, node) = self.cover.find(address)?;
            self.top = node.depth;
            self.path.push(node.seed.duplicate());
        }
        let reached = self.top + u8::try_from(self.path.len()).ok()? - 1;
        for level in reached..DEPTH {
            let next = step(self.path.last()?, address >> (DEPTH - 1 - level) & 1);
            self.path.push(next);
        }
        self.path.last().map(Key::duplicate)
    }
}

/// One step down.
fn step(seed: &Key, bit: u64) -> Key {
    let info: &[u8] = if bit == 0 { b"strongroom/tree/1\0\x00" } else { b"strongroom/tree/1\0\x01" };
    Key::filled_by(|out| expand(seed, &[info], out))
}

/// The lowest bits, as many as said.
fn mask(bits: u8) -> u64 {
    1_u64.checked_shl(u32::from(bits)).map_or(u64::MAX, |above| above - 1)
}
