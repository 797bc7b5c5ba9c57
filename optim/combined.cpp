#include <gradus/optim/combined.hpp>

#include <utility>

#include <gradus/autograd/error.hpp>

namespace gradus::optim {

namespace {

/// The entries that belong to a part, under their names there.
template <class T>
std::map<std::string, T> without(const std::string& prefix, const std::map<std::string, T>& all) {
  std::map<std::string, T> own;
  for (const auto& [name, value] : all)
    if (name.starts_with(prefix)) own.emplace(name.substr(prefix.size()), value);
  return own;
}

std::string prefix(std::size_t part) { return std::to_string(part) + "."; }

/// Throws ValueError naming an entry that is none of a part's.
void check_names(const State& state, std::size_t parts) {
  const auto check = [&](const std::string& name) {
    bool found = false;
    for (std::size_t i = 0; i < parts; ++i) found = found || name.starts_with(prefix(i));
    require(found, "the state does not fit; unexpected: {}; there are {} optimizers", name, parts);
  };
  for (const auto& [name, value] : state.tensors) check(name);
  for (const auto& [name, value] : state.numbers) check(name);
}

}  // namespace

Combined::Combined(Parts parts, SourceLocation at) : parts_(std::move(parts)) {
  const OpScope scope("Combined", at);
  require(!parts_.empty(), "the list of optimizers is empty");
  std::vector<Tensor> before;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    require(parts_[i] != nullptr, "optimizer {} is null", i);
    const std::vector<Tensor> own = parts_[i]->parameters();
    detail::check_parameters(own, before);
    before.insert(before.end(), own.begin(), own.end());
  }
}

std::vector<Tensor> Combined::parameters() const {
  std::vector<Tensor> all;
  for (const auto& part : parts_)
    for (Tensor& parameter : part->parameters()) all.push_back(std::move(parameter));
  return all;
}

std::size_t Combined::group_count() const {
  std::size_t count = 0;
  for (const auto& part : parts_) count += part->group_count();
  return count;
}

std::pair<Optimizer&, std::size_t> Combined::at_group(std::size_t group) const {
  std::size_t local = group;
  for (const auto& part : parts_) {
    if (local < part->group_count()) return {*part, local};
    local -= part->group_count();
  }
  fail<IndexError>("Combined has no parameter group {}; there are {}", group, group_count());
}

double& Combined::lr(std::size_t group) {
  const auto [part, local] = at_group(group);
  return part.lr(local);
}

double* Combined::momentum(std::size_t group) {
  const auto [part, local] = at_group(group);
  return part.momentum(local);
}

void Combined::step(SourceLocation at) {
  for (const auto& part : parts_) part->step(at);
}

State Combined::state_dict() const {
  State out;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    const State own = parts_[i]->state_dict();
    for (const auto& [name, value] : own.tensors) out.tensors[prefix(i) + name] = value;
    for (const auto& [name, value] : own.numbers) out.numbers[prefix(i) + name] = value;
  }
  return out;
}

void Combined::load_state_dict(const State& state, SourceLocation at) {
  const OpScope scope("Combined", at);
  check_names(state, parts_.size());
  const State before = state_dict();
  const auto take = [&](const State& from) {
    for (std::size_t i = 0; i < parts_.size(); ++i)
      parts_[i]->load_state_dict({without(prefix(i), from.tensors), without(prefix(i), from.numbers)}, at);
  };
  try {
    take(state);
  } catch (...) {
    take(before);
    throw;
  }
}

}  // namespace gradus::optim
