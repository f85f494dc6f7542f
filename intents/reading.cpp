// SPDX-License-Identifier: Apache-2.0
#include "intents/reading.hpp"

#include <algorithm>
#include <utility>

namespace befriend {

void merge_spans(std::vector<Span>& spans) {
    std::ranges::sort(spans, {}, [](const Span& s) { return std::pair(s.begin, s.end); });
    std::vector<Span> merged;
    for (const Span& s : spans) {
        if (!merged.empty() && s.begin <= merged.back().end)
            merged.back().end = std::max(merged.back().end, s.end);
        else
            merged.push_back(s);
    }
    spans = std::move(merged);
}

}  // namespace befriend
