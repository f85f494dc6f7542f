// SPDX-License-Identifier: Apache-2.0
#include "adapters/host/effect_json.hpp"

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "engine/base/json_line.hpp"

namespace befriend {
namespace {

using nlohmann::json;

// In the order of the enums of engine/script/model.hpp.
constexpr std::array<std::string_view, 4> tones{"warm", "quiet", "plain", "urgent"};
constexpr std::array<std::string_view, 3> keeps{"dialog", "session", "person"};
constexpr std::array<std::string_view, 5> scopes{"nothing", "slot", "dialog", "session", "person"};
constexpr std::array<std::string_view, 4> pages{"nothing", "resources", "picture", "page"};

template <class Enum, std::size_t n>
std::string_view name(const std::array<std::string_view, n>& names, Enum value) {
    const auto i = static_cast<std::size_t>(value);
    return i < n ? names[i] : names[0];
}

template <class Enum, std::size_t n>
Enum value(const std::array<std::string_view, n>& names, const json& object, const char* key) {
    const auto found = object.find(key);
    if (found != object.end() && found->is_string()) {
        for (std::size_t i = 0; i < n; ++i) {
            if (found->get_ref<const std::string&>() == names[i]) {
                return static_cast<Enum>(i);
            }
        }
    }
    return Enum{};
}

struct ToJson {
    bool stored = false;

    json operator()(const Say& say) const {
        json out{{"say", say.text}, {"tone", name(tones, say.tone)}};
        if (stored) {
            out["safety"] = say.safety;
            out["resource"] = say.resource;
            out["asks"] = say.asks;
        }
        return out;
    }
    json operator()(const Offer& offer) const {
        json choices = json::array();
        for (const OfferChoice& choice : offer.choices) {
            choices.push_back({{"id", choice.id}, {"label", choice.label}});
        }
        return {{"offer", std::move(choices)}};
    }
    json operator()(const Pause& pause) const { return {{"pause_s", pause.lasts.count()}}; }
    json operator()(const Remember& remember) const {
        return {{"remember", {{"slot", remember.slot}, {"keep", name(keeps, remember.keep)}}}};
    }
    json operator()(const Forget& forget) const { return {{"forget", name(scopes, forget.scope)}}; }
    json operator()(const Schedule& schedule) const {
        return {{"schedule", {{"in_s", schedule.in.count()}, {"kind", schedule.kind}}}};
    }
    json operator()(const ShowPage& page) const {
        return {{"show", name(pages, page.what)}, {"text", page.text}};
    }
    json operator()(const End& end) const { return {{"end", end.reason}}; }
};

std::string text_of(const json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool flag_of(const json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_boolean() && found->get<bool>();
}

std::chrono::seconds seconds_of(const json& value) {
    return std::chrono::seconds{value.is_number_integer() ? value.get<std::int64_t>() : 0};
}

}  // namespace

std::string_view tone_name(Tone tone) { return name(tones, tone); }
std::string_view forget_name(ForgetScope scope) { return name(scopes, scope); }

json to_json(const Effect& effect) { return std::visit(ToJson{}, effect); }

std::string to_stored(const Effect& effect) {
    return json_line(std::visit(ToJson{.stored = true}, effect));
}

std::optional<Effect> effect_from_stored(std::string_view stored) {
    const json object = json::parse(stored, nullptr, false);
    if (!object.is_object()) {
        return std::nullopt;
    }
    if (object.contains("say")) {
        Say say;
        say.text = text_of(object, "say");
        say.tone = value<Tone>(tones, object, "tone");
        say.safety = flag_of(object, "safety");
        say.resource = flag_of(object, "resource");
        say.asks = flag_of(object, "asks");
        return say;
    }
    if (object.contains("offer")) {
        Offer offer;
        for (const json& choice : object["offer"]) {
            offer.choices.push_back({text_of(choice, "id"), text_of(choice, "label")});
        }
        return offer;
    }
    if (object.contains("pause_s")) {
        return Pause{seconds_of(object["pause_s"])};
    }
    if (object.contains("remember") && object["remember"].is_object()) {
        return Remember{text_of(object["remember"], "slot"),
                        value<Keep>(keeps, object["remember"], "keep")};
    }
    if (object.contains("forget")) {
        return Forget{value<ForgetScope>(scopes, object, "forget")};
    }
    if (object.contains("schedule") && object["schedule"].is_object()) {
        return Schedule{seconds_of(object["schedule"].value("in_s", json())),
                        text_of(object["schedule"], "kind")};
    }
    if (object.contains("show")) {
        return ShowPage{value<Show>(pages, object, "show"), text_of(object, "text")};
    }
    if (object.contains("end")) {
        return End{text_of(object, "end")};
    }
    return std::nullopt;
}

}  // namespace befriend
