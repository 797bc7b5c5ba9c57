#include <gradus/optim/state.hpp>

#include <gradus/autograd/ops/copy.hpp>

namespace gradus::optim {

namespace {

/// "a, b and 3 more"
std::string list(const std::vector<std::string>& names) {
  constexpr std::size_t shown = 5;
  if (names.empty()) return "none";
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), shown); ++i) text += (i == 0 ? "" : ", ") + names[i];
  return names.size() <= shown ? text : text + fmt::format(" and {} more", names.size() - shown);
}

}  // namespace

double StateReader::number(const std::string& name) {
  const auto place = state_.numbers.find(name);
  if (place == state_.numbers.end()) {
    missing_.push_back(name);
    return 0;
  }
  read_.insert(name);
  return place->second;
}

Tensor StateReader::find_tensor(const std::string& name, const Tensor& parameter, const Shape& shape) {
  const auto place = state_.tensors.find(name);
  if (place == state_.tensors.end()) return {};
  const Tensor& saved = place->second;
  read_.insert(name);
  require(saved.defined(), "{} is an undefined tensor", name);
  require<ShapeError>(saved.shape() == shape, "{} is {} but the parameter is {}{}", name, saved.shape(),
                      parameter.shape(),
                      shape == parameter.shape() ? "" : fmt::format("; needs {}", to_string(shape)));
  require<DTypeError>(saved.dtype() == parameter.dtype(), "{} is {} but the parameter is {}", name,
                      saved.dtype(), parameter.dtype());
  Tensor copy = shape == parameter.shape() ? empty_like(parameter) : empty(shape, parameter.dtype());
  copy_values(saved, copy);
  return copy;
}

void StateReader::finish() const {
  std::vector<std::string> unexpected;
  for (const auto& [name, value] : state_.tensors)
    if (!read_.contains(name)) unexpected.push_back(name);
  for (const auto& [name, value] : state_.numbers)
    if (!read_.contains(name)) unexpected.push_back(name);
  require(missing_.empty() && unexpected.empty(), "the state does not fit; missing: {}; unexpected: {}",
          list(missing_), list(unexpected));
}

}  // namespace gradus::optim
