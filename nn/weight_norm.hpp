#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <gradus/nn/describe.hpp>
#include <gradus/nn/observe.hpp>
#include <gradus/nn/parameter.hpp>

namespace gradus::nn {

namespace detail {
/// The norm of each slice of the weight along `dim`, with the other dimensions of size 1; for -1 that of all
/// of it, [].
Tensor slice_norms(const Tensor& weight, std::int64_t dim);
/// v * (g / norms of v).
Tensor scaled_to(const Tensor& v, const Tensor& g, std::int64_t dim);
}  // namespace detail

/// A layer whose weight is learned as a direction v and a length g for each slice along `dim` (Salimans and
/// Kingma 2016): weight = g v / |v|. `nn::WeightNorm{nn::Linear{64, 10}}`. Its parameters are those of the
/// layer, with weight_g and weight_v in the place of weight. A `dim` of -1 means one length for all.
template <class L>
class WeightNorm {
 public:
  explicit WeightNorm(L layer, std::int64_t dim = 0) : layer_(std::move(layer)), dim_(dim) {
    weight_v = layer_.weight;
    weight_g = detail::slice_norms(layer_.weight.detach(), dim);
    layer_.weight = Parameter();
  }

  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const {
    return observed(*this, x, with_weight()(x, at));
  }

  /// The layer as it is now: with the weight that comes of both parts.
  L with_weight() const {
    L layer = layer_;
    static_cast<Tensor&>(layer.weight) = detail::scaled_to(weight_v, weight_g, dim_);
    return layer;
  }

  void visit(auto& v) {
    auto others = [&](std::string_view name, auto& member) {
      if (name != "weight") v(name, member);
    };
    layer_.visit(others);
    v("weight_g", weight_g);
    v("weight_v", weight_v);
  }
  std::string describe() const { return nn::describe(with_weight()); }
  std::int64_t flops(const Tensor& x, const Tensor& y) const {
    if constexpr (requires { layer_.flops(x, y); }) return with_weight().flops(x, y);
    return 0;
  }

  Parameter weight_g;  ///< lengths
  Parameter weight_v;  ///< directions

 private:
  L layer_;
  std::int64_t dim_;
};

}  // namespace gradus::nn
