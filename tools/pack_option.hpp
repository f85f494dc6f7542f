// SPDX-License-Identifier: Apache-2.0
//
// The pack that a command works with: the built-in content, or the folder of --pack.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "engine/base/result.hpp"
#include "engine/pack.hpp"

namespace befriend {

// Loads the pack; the Error holds every mistake, a line each.
Result<std::shared_ptr<const Pack>> load_checked_pack(const std::string& folder,
                                                      const std::string& language);

// load_checked_pack() for a command. When there are mistakes they are printed on standard error and
// the result is null. `folder` empty: what is built into the program. Another `language` than "en"
// is spoken from dialogs/LANGUAGE.po, where it has a translation; what is understood is English all
// the same.
std::shared_ptr<const Pack> pack_or_complain(std::string_view command, const std::string& folder,
                                             const std::string& language);

}  // namespace befriend
