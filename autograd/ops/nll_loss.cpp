#include <gradus/autograd/ops/nll_loss.hpp>

#include <gradus/autograd/kernels/loops.hpp>
#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/class_targets.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/reduce.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus {

namespace {

Strides without_class(Strides strides) {
  strides.erase(1);
  return strides;
}

/// Calls f(score offset, class stride, factor index, target) for every element of targets [n, ..].
template <class F>
void for_each_target(const Tensor& scores, const Tensor& factors, const Tensor& target, F&& f) {
  const auto walk = kernels::plan_walk(target.shape(), factors.strides(), without_class(scores.strides()),
                                       target.strides());
  const std::int64_t* t = target.data<std::int64_t>();
  kernels::walk_all(walk, 4, [&](const auto& offsets, std::int64_t n, const auto& steps) {
    for (std::int64_t i = 0; i < n; ++i) {
      const std::int64_t c = t[offsets[2] + i * steps[2]];
      f(offsets[1] + i * steps[1], offsets[0] + i * steps[0], c);
    }
  });
}

Tensor place(const Tensor& values, const Tensor& target, std::int64_t classes, std::int64_t ignore_index);

/// picked[n, ..] = scores[n, target, ..], 0 where ignored.
struct Pick {
  static constexpr std::string_view name = "nll_loss";
  Tensor target;
  std::int64_t ignore_index;
  std::int64_t classes;

  Tensor forward(const Tensor& scores) const {
    Tensor picked = empty(target.shape(), scores.dtype());
    const std::int64_t stride = scores.strides()[1];
    dispatch_floating(scores.dtype(), [&]<class T>() {
      const T* from = scores.data<T>();
      T* to = picked.mutable_data<T>();
      for_each_target(scores, picked, target, [&](std::int64_t s, std::int64_t p, std::int64_t c) {
        to[p] = c == ignore_index ? T(0) : from[s + c * stride];
      });
    });
    return picked;
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return place(d.grad(), target, classes, ignore_index); });
  }
};

/// The transpose of Pick: zeros with values[n, ..] at [n, target, ..].
struct Place {
  static constexpr std::string_view name = "nll_loss_place";
  Tensor target;
  std::int64_t ignore_index;
  std::int64_t classes;

  Tensor forward(const Tensor& values) const {
    Shape shape = target.shape();
    shape.insert(1, classes);
    Tensor scores = zeros(shape, {.dtype = values.dtype()});
    const std::int64_t stride = scores.strides()[1];
    dispatch_floating(values.dtype(), [&]<class T>() {
      const T* from = values.data<T>();
      T* to = scores.mutable_data<T>();
      for_each_target(scores, values, target, [&](std::int64_t s, std::int64_t p, std::int64_t c) {
        if (c != ignore_index) to[s + c * stride] = from[p];
      });
    });
    return scores;
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return record(Pick{target, ignore_index, classes}, {}, d.grad()); });
  }
};

Tensor place(const Tensor& values, const Tensor& target, std::int64_t classes, std::int64_t ignore_index) {
  return record(Place{target, ignore_index, classes}, {}, values);
}

}  // namespace

Tensor nll_loss(const Tensor& log_probs, const Tensor& target, const NLLLossOptions& options,
                SourceLocation at) {
  const OpScope scope("nll_loss", at);
  check_class_targets(log_probs, target, options.weight, options.ignore_index);
  if (log_probs.rank() == 1) {
    const Tensor losses = nll_loss(unsqueeze(log_probs, 0), unsqueeze(target, 0), options, at);
    return options.reduction == Reduction::none ? squeeze(losses, 0) : losses;
  }
  const Tensor picked = record(Pick{target.detach(), options.ignore_index, log_probs.size(1)}, at, log_probs);
  const bool plain_mean = options.reduction == Reduction::mean;
  if (!options.weight.defined() && !plain_mean) return reduce_losses(-picked, options.reduction);
  const Tensor weights = target_weights(target, options.weight.defined() ? options.weight.detach() : Tensor(),
                                        options.ignore_index, log_probs.dtype());
  const Tensor losses = options.weight.defined() ? -picked * weights : -picked;
  return plain_mean ? sum(losses) / sum(weights) : reduce_losses(losses, options.reduction);
}

}  // namespace gradus
