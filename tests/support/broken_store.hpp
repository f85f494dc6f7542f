// SPDX-License-Identifier: Apache-2.0
//
// A store in memory that refuses turns: while `broken`, or the next `refusals` of them.
#pragma once

#include "adapters/store/memory_store.hpp"

namespace befriend::test {

class BrokenStore final : public MemoryStore {
public:
    bool broken = false;
    int refusals = 0;

    Result<Committed> commit_turn(const TurnRecord& turn) override {
        if (broken || refusals-- > 0) return fail("There is no room on the disk.");
        return MemoryStore::commit_turn(turn);
    }
};

}  // namespace befriend::test
