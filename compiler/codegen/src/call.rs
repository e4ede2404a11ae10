//! The one entry into machine code, safe to call: it borrows the filters (so their code exists) and the context (so its
//! memory fits and nobody else uses it).
#![allow(unsafe_code)]

use catalogue::EventCode;
use ir::SourceId;

use crate::abi::{EvalContext, Frame};
use crate::eval;
use crate::filters::Filters;
use crate::matches::{Matches, Strategy};
use crate::source::EventSource;

impl Filters {
    /// Evaluates the rules of this source for the event's type and puts the ones that match into `matches`, which is
    /// emptied first. Does not allocate, lock or format once `context` and `matches` are warm.
    #[inline]
    pub fn run<S: EventSource>(
        &self,
        context: &mut EvalContext,
        source: SourceId,
        event: &S,
        matches: &mut Matches,
        strategy: Strategy,
    ) {
        matches.rules.clear();
        let Some(index) = self.function_index(source, event.event_code()) else { return };
        self.run_function(context, index, event, matches, strategy);
    }

    fn run_function<S: EventSource>(
        &self,
        context: &mut EvalContext,
        index: usize,
        event: &S,
        matches: &mut Matches,
        strategy: Strategy,
    ) {
        let Some(function) = self.core.functions.get(index) else { return };
        let code = self.code.as_ref().and_then(|code| code.function(index));
        let first = strategy == Strategy::First;
        let hits = context.enter(&self.core, event, first, |frame: &Frame| match code {
            // SAFETY: the code is this function's, made from the same core as the frame's cells, words and indices; it
            // stays mapped while `self` is borrowed, and reads only the frame, its cells and its words.
            Some(code) => unsafe { code(frame, frame.cells(), frame.words()) },
            None => eval::function(frame, function.entry),
        });
        for hit in hits {
            let Some(rules) = function.conditions.get(*hit as usize) else { continue };
            if first {
                matches.rules.extend(rules.first());
                return;
            }
            matches.rules.extend_from_slice(rules);
        }
        if function.interleaved && hits.len() > 1 {
            matches.rules.sort_unstable_by_key(|(place, _)| *place);
        }
    }

    /// Whether any rule of this source can match events of this type.
    #[inline]
    pub fn wants(&self, source: SourceId, code: EventCode) -> bool {
        self.function_index(source, code).is_some()
    }
}
