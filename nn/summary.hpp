#pragma once

#include <fmt/core.h>

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include <gradus/nn/module.hpp>
#include <gradus/nn/observe.hpp>

namespace gradus {

namespace nn {

/// Options of `summary`.
struct SummaryOptions {
  /// Of the input: that of the model's parameters unless given (int64 for a model that begins with an
  /// embedding).
  std::optional<DType> dtype = std::nullopt;
};

/// What `summary` finds.
struct Summary {
  struct Row {
    std::string path;        ///< empty for the model itself
    std::string type;        ///< "Conv2d"
    Shape output = {};       ///< of the last call
    std::int64_t calls = 0;  ///< 0 if the layer was not used, or is a plain struct, whose calls nobody sees
    std::int64_t parameters =
        0;                   ///< elements of its own ones; one that occurs twice counts where it is first
    std::int64_t flops = 0;  ///< of all calls; 2 for a multiplication with its addition
  };
  std::vector<Row> rows;  ///< the model and every layer, each before its children
  std::int64_t parameters = 0;
  std::int64_t trainable = 0;  ///< elements of the parameters that ask for a gradient
  std::int64_t buffers = 0;
  /// Of linear layers and convolutions, as PyTorch counts them; normalisations, activations and what is
  /// written with functions instead of layers is not counted.
  std::int64_t flops = 0;

  /// The table.
  std::string text() const;
};

std::ostream& operator<<(std::ostream& out, const Summary& summary);

namespace detail {
/// `model` is walked into `parts`, and is at hand in `run`.
Summary summarise(const std::vector<Part>& parts, const std::function<Tensor()>& run);
Tensor summary_input(const std::vector<Part>& parts, const Shape& shape, const SummaryOptions& options);
}  // namespace detail

/// Runs `run(copy)` on a clone of the model in evaluation mode, without recording, and lists every layer with
/// the shape of its result, its parameters and its work. Neither the model nor the default generator is
/// changed. For models of several inputs.
template <class M, std::invocable<M&> F>
Summary summary(const M& model, F&& run) {
  M copy = clone(model);
  eval(copy);
  return detail::summarise(walk(copy), [&]() -> Tensor { return run(copy); });
}

/// As above, with an input of zeros of `shape`, batch included: `summary(net, {1, 1, 28, 28})`.
template <class M>
Summary summary(const M& model, const Shape& shape, const SummaryOptions& options = {}) {
  return summary(model, [&](M& copy) { return copy(detail::summary_input(walk(copy), shape, options)); });
}

}  // namespace nn

}  // namespace gradus

template <>
struct fmt::formatter<gradus::nn::Summary> {
  constexpr auto parse(fmt::format_parse_context& context) { return context.begin(); }
  fmt::appender format(const gradus::nn::Summary& summary, fmt::format_context& context) const;
};
