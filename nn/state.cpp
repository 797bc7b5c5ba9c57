#include <gradus/nn/state.hpp>

#include <fmt/format.h>

#include <unordered_map>
#include <unordered_set>

#include <gradus/autograd/tape.hpp>

namespace gradus::nn {

namespace {

/// One target in the model and the values meant for it.
struct Match {
  Tensor target;
  Tensor source;
};

/// What is wrong with a dict, in the order of a reader's interest.
struct Faults {
  std::vector<std::string> repeated, unfit;

  void add_unfit(const std::string& name, const Tensor& given, const Tensor& target) {
    if (!given.defined())
      unfit.push_back(fmt::format("{} is undefined", name));
    else if (given.shape() != target.shape())
      unfit.push_back(fmt::format("{} is {} but the model's is {}", name, given.shape(), target.shape()));
    else if (given.dtype() != target.dtype())
      unfit.push_back(fmt::format("{} is {} but the model's is {}", name, given.dtype(), target.dtype()));
  }

  std::string text(const LoadReport& report, bool strict) const {
    std::vector<std::string> parts;
    const auto list = [&](std::string_view what, const std::vector<std::string>& names) {
      if (!names.empty()) parts.push_back(fmt::format("{} {}", what, fmt::join(names, ", ")));
    };
    if (strict) list("missing", report.missing);
    if (strict) list("unexpected", report.unexpected);
    list("given twice:", repeated);
    parts.insert(parts.end(), unfit.begin(), unfit.end());
    return fmt::format("{}", fmt::join(parts, "; "));
  }
};

bool is_same_memory(const Tensor& a, const Tensor& b) {
  return a.shares_storage(b) && a.offset() == b.offset() && a.strides() == b.strides();
}

}  // namespace

StateDict detail::state_dict(const std::vector<Part>& parts) {
  StateDict dict;
  for (const Part& part : parts)
    if (part.kind == Part::Kind::parameter || part.kind == Part::Kind::buffer)
      dict.emplace_back(part.path, part.tensor().detach());
  return dict;
}

LoadReport detail::load_state_dict(const std::vector<Part>& parts, const StateDict& dict,
                                   const LoadOptions& options, const SourceLocation& at) {
  const OpScope scope("load_state_dict", at);
  LoadReport report;
  Faults faults;
  std::unordered_map<std::string, Tensor> given;
  for (const auto& [name, tensor] : dict)
    if (!given.emplace(name, tensor).second) faults.repeated.push_back(name);

  std::vector<Match> matches;
  std::unordered_set<std::string> known;
  for (const Part& part : parts) {
    if (part.kind != Part::Kind::parameter && part.kind != Part::Kind::buffer) continue;
    known.insert(part.path);
    const auto source = given.find(part.path);
    if (source == given.end()) {
      report.missing.push_back(part.path);
    } else {
      faults.add_unfit(part.path, source->second, part.tensor());
      matches.push_back({part.tensor(), source->second});
    }
  }
  for (const auto& [name, tensor] : dict)
    if (!known.contains(name)) report.unexpected.push_back(name);

  const std::string wrong = faults.text(report, options.strict);
  require<ValueError>(wrong.empty(), "{}", wrong);
  const NoGrad guard;
  for (Match& match : matches)
    if (!is_same_memory(match.target, match.source)) match.target.copy_(match.source, at);
  return report;
}

}  // namespace gradus::nn
