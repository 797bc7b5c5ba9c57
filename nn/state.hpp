#pragma once

#include <string>
#include <utility>
#include <vector>

#include <gradus/nn/walk.hpp>

namespace gradus::nn {

/// Tensors by their paths in a model, in PyTorch's order and under PyTorch's names.
using StateDict = std::vector<std::pair<std::string, Tensor>>;

/// Options of `load_state_dict`.
struct LoadOptions {
  /// Whether the names must be exactly those of the model; otherwise what both have is loaded.
  bool strict = true;
};

/// What `load_state_dict` found when it was not strict.
struct LoadReport {
  std::vector<std::string> missing;     ///< in the model only: kept as they were
  std::vector<std::string> unexpected;  ///< in the dict only: passed over
};

namespace detail {
StateDict state_dict(const std::vector<Part>& parts);
LoadReport load_state_dict(const std::vector<Part>& parts, const StateDict& dict, const LoadOptions& options,
                           const SourceLocation& at);
}  // namespace detail

/// All parameters and buffers: of each module first its own parameters, then its buffers, then those of its
/// children. A tensor that has several paths is listed under each. The tensors share memory with the model
/// but have no history; clone them to keep the values of now.
template <class M>
StateDict state_dict(const M& model) {
  return detail::state_dict(walk(model));
}

/// Copies the values of `dict` into the parameters and buffers of that name. Everything is checked before
/// anything is copied: throws ValueError that lists all names missing and unexpected (only if strict), given
/// twice, and every wrong shape and dtype; the model is then as it was.
template <class M>
LoadReport load_state_dict(const M& model, const StateDict& dict, const LoadOptions& options = {},
                           SourceLocation at = SourceLocation::current()) {
  return detail::load_state_dict(walk(model), dict, options, at);
}

}  // namespace gradus::nn
