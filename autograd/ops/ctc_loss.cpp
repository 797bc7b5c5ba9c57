#include <gradus/autograd/ops/ctc_loss.hpp>

#include <limits>
#include <memory>
#include <numeric>

#include <gradus/autograd/kernels/ctc.hpp>
#include <gradus/autograd/kernels/parallel.hpp>
#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/compare.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/index.hpp>
#include <gradus/autograd/ops/join.hpp>
#include <gradus/autograd/ops/pointwise.hpp>
#include <gradus/autograd/ops/softmax.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/ops/where.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus {

namespace {

constexpr double never = -std::numeric_limits<double>::infinity();

/// What is to be recognised.
struct Labels {
  std::int64_t blank;
  bool zero_infinity;
  std::vector<std::int64_t> times;                ///< of each sequence
  std::vector<std::vector<std::int64_t>> states;  ///< of each sequence: labels with blanks around each

  std::size_t longest() const {
    std::size_t n = 1;
    for (const auto& s : states) n = std::max(n, s.size());
    return n;
  }
};

template <class T>
kernels::CtcSequence<T> sequence(const Tensor& x, T* data, const Labels& labels, std::size_t i) {
  return {data + static_cast<std::int64_t>(i) * x.strides()[1], x.strides()[0], x.strides()[2],
          labels.times[i], labels.states[i]};
}

/// Calls f(i) for every sequence, perhaps in parallel.
template <class F>
void for_each_sequence(const Labels& labels, F f) {
  kernels::parallel_for(static_cast<std::int64_t>(labels.states.size()), 1,
                        [&](std::int64_t begin, std::int64_t end) {
                          for (std::int64_t i = begin; i < end; ++i) f(static_cast<std::size_t>(i));
                        });
}

/// ---- The derivative of the derivative: the recursion with public ops

/// Masks and indices over [n, states].
struct States {
  Tensor labels;  ///< int64
  Tensor skip;    ///< whether the state may follow the one two before
  Tensor start, end;
  Tensor last;  ///< int64 [n, 1]: the last time step
};

States tabulate(const Labels& labels) {
  const auto n = static_cast<std::int64_t>(labels.states.size());
  const auto width = static_cast<std::int64_t>(labels.longest());
  std::vector<std::int64_t> label(static_cast<std::size_t>(n * width), labels.blank), last;
  std::vector<bool> skip(label.size()), start(label.size()), end(label.size());
  for (std::size_t i = 0; i < labels.states.size(); ++i) {
    const kernels::CtcSequence<const double> x{nullptr, 0, 0, 0, labels.states[i]};
    last.push_back(labels.times[i] - 1);
    for (std::size_t s = 0; s < x.count(); ++s) {
      const std::size_t at = i * static_cast<std::size_t>(width) + s;
      label[at] = x.states[s];
      skip[at] = x.skips_to(s);
      start[at] = s < 2;
      end[at] = s + 2 >= x.count();
    }
  }
  const Shape shape{n, width};
  return {from_vector(label, shape), from_vector<bool>(skip, shape), from_vector<bool>(start, shape),
          from_vector<bool>(end, shape), from_vector(last, {n, 1})};
}

/// Log-probabilities that moved on by `by` states (backwards if negative): [n, states], empty places never.
Tensor shifted(const Tensor& x, std::int64_t by) {
  const std::int64_t width = x.size(1), gap = std::min(std::abs(by), width);
  const Tensor empty = full({x.size(0), gap}, never, {.dtype = x.dtype()});
  return by > 0 ? cat({empty, narrow(x, 1, 0, width - gap)}, 1)
                : cat({narrow(x, 1, gap, width - gap), empty}, 1);
}

Tensor either(const Tensor& a, const Tensor& b, const Tensor& c) { return logsumexp(stack({a, b, c}), 0); }

/// The probability of each class at each time, given the labels: [t, n, classes].
Tensor occupancy(const Tensor& log_probs, const Labels& labels) {
  const std::int64_t times = log_probs.size(0);
  if (times == 0) return zeros_like(log_probs);
  const States table = tabulate(labels);
  const Shape shape{times, table.labels.size(0), table.labels.size(1)};
  const Tensor index = expand(unsqueeze(table.labels, 0), shape);
  const Tensor emission = gather(log_probs, 2, index);
  std::vector<Tensor> alpha, beta(static_cast<std::size_t>(times));
  alpha.push_back(where(table.start, select(emission, 0, 0), never));
  for (std::int64_t t = 1; t < times; ++t) {
    const Tensor& last = alpha.back();
    alpha.push_back(either(last, shifted(last, 1), where(table.skip, shifted(last, 2), never)) +
                    select(emission, 0, t));
  }
  Tensor next = full({shape[1], shape[2]}, never, {.dtype = log_probs.dtype()});
  const Tensor finish = where(table.end, full({}, 0, {.dtype = log_probs.dtype()}), never);
  for (std::int64_t t = times - 1; t >= 0; --t) {
    const Tensor on = either(next, shifted(next, -1), shifted(where(table.skip, next, never), -2));
    Tensor& now = beta[static_cast<std::size_t>(t)] = where(table.last == t, finish, on);
    next = now + select(emission, 0, t);
  }
  const Tensor forward = stack(alpha);
  const Tensor place = expand(unsqueeze(clamp(table.last, 0), 0), {1, shape[1], shape[2]});
  Tensor likelihood = logsumexp(squeeze(gather(forward, 0, place), 0) + finish, 1, true);  // [n, 1]
  if (labels.zero_infinity) likelihood = where(isinf(likelihood), 0, likelihood);
  const Tensor counts = reshape(arange(times), {times, 1, 1}) <= table.last;
  const Tensor share = where(counts, exp(forward + stack(beta) - likelihood), 0);
  return scatter_add(zeros_like(log_probs), 2, index, share);
}

/// ---- The op

struct CtcLoss {
  static constexpr std::string_view name = "ctc_loss";
  static constexpr Keep keep = keep_inputs(0);
  std::shared_ptr<const Labels> labels;

  Tensor forward(const Tensor& log_probs) const {
    Tensor losses = empty({log_probs.size(1)}, log_probs.dtype());
    dispatch_floating(log_probs.dtype(), [&]<class T>() {
      T* out = losses.mutable_data<T>();
      for_each_sequence(*labels, [&](std::size_t i) {
        const auto x = sequence(log_probs, log_probs.data<T>(), *labels, i);
        const double likelihood = kernels::ctc_log_likelihood(kernels::ctc_alpha(x), x.count());
        out[i] = likelihood == never && labels->zero_infinity ? T(0) : static_cast<T>(-likelihood);
      });
    });
    return losses;
  }
  void backward(Backward& d) const {
    d.wrt(0, [&]() -> Tensor {
      const Tensor log_probs = d.input(0);
      if (is_recording()) return occupancy(log_probs, *labels) * -unsqueeze(d.grad(), 1);
      return gradient(log_probs, d.grad());
    });
  }

 private:
  Tensor gradient(const Tensor& log_probs, const Tensor& g) const {
    Tensor result = zeros(log_probs.shape(), {.dtype = log_probs.dtype()});
    dispatch_floating(log_probs.dtype(), [&]<class T>() {
      T* out = result.mutable_data<T>();
      for_each_sequence(*labels, [&](std::size_t i) {
        const auto x = sequence(log_probs, log_probs.data<T>(), *labels, i);
        const T scale = g.data<T>()[static_cast<std::int64_t>(i) * g.strides()[0]];
        if (labels->zero_infinity && kernels::ctc_log_likelihood(kernels::ctc_alpha(x), x.count()) == never)
          return;
        kernels::ctc_gradient(x, sequence(result, out, *labels, i), static_cast<double>(scale));
      });
    });
    return result;
  }
};

/// ---- Checks

std::vector<std::int64_t> lengths(const Tensor& x, std::string_view what, std::int64_t count,
                                  std::int64_t most) {
  require<DTypeError>(x.dtype() == int64, "{} is {}; needs int64", what, x.dtype());
  require<ShapeError>(x.shape() == Shape(count), "{} is {}; needs [{}], one for each sequence", what,
                      x.shape(), count);
  const auto values = x.to_vector<std::int64_t>();
  for (std::size_t i = 0; i < values.size(); ++i)
    require(values[i] >= 0 && values[i] <= most, "{}[{}] is {}; it must lie in [0, {}]", what, i, values[i],
            most);
  return values;
}

/// The labels of each sequence with blanks around each.
std::vector<std::vector<std::int64_t>> with_blanks(const Tensor& targets,
                                                   const std::vector<std::int64_t>& counts,
                                                   std::int64_t classes, std::int64_t blank) {
  const auto values = targets.to_vector<std::int64_t>();
  const bool padded = targets.rank() == 2;
  std::vector<std::vector<std::int64_t>> states;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (padded) begin = i * static_cast<std::size_t>(targets.size(1));
    std::vector<std::int64_t>& sequence = states.emplace_back(1, blank);
    for (std::size_t k = 0; k < static_cast<std::size_t>(counts[i]); ++k) {
      const std::int64_t label = values[begin + k];
      require<IndexError>(label >= 0 && label < classes,
                          "label {} of sequence {} is {}; it is not one of the {} classes", k, i, label,
                          classes);
      require(label != blank, "label {} of sequence {} is {}, which is the blank", k, i, label);
      sequence.insert(sequence.end(), {label, blank});
    }
    begin += static_cast<std::size_t>(counts[i]);
  }
  return states;
}

}  // namespace

Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                const Tensor& target_lengths, const CTCLossOptions& options, SourceLocation at) {
  const OpScope scope("ctc_loss", at);
  require<DTypeError>(is_floating(log_probs.dtype()), "log_probs is {}; needs float32 or float64",
                      log_probs.dtype());
  require<ShapeError>(log_probs.rank() == 2 || log_probs.rank() == 3,
                      "log_probs is {}; needs [t, n, classes] or [t, classes]", log_probs.shape());
  if (log_probs.rank() == 2) {
    const Tensor loss = ctc_loss(unsqueeze(log_probs, 1), reshape(targets, {-1}),
                                 reshape(input_lengths, {-1}), reshape(target_lengths, {-1}), options, at);
    return options.reduction == Reduction::none ? squeeze(loss, 0) : loss;
  }
  const std::int64_t n = log_probs.size(1), classes = log_probs.size(2);
  require<IndexError>(options.blank >= 0 && options.blank < classes,
                      "the blank is {}; it is not one of the {} classes", options.blank, classes);
  require<DTypeError>(targets.dtype() == int64, "targets is {}; needs int64", targets.dtype());
  require<ShapeError>(targets.rank() == 1 || (targets.rank() == 2 && targets.size(0) == n),
                      "targets is {}; needs [{}, longest] or all labels in one row", targets.shape(), n);
  const std::int64_t most = targets.rank() == 2 ? targets.size(1) : targets.numel();
  const auto counts = lengths(target_lengths, "target_lengths", n, most);
  const std::int64_t total = std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
  require(targets.rank() == 2 || total == targets.numel(),
          "target_lengths add up to {} but there are {} labels", total, targets.numel());

  auto labels = std::make_shared<Labels>();
  labels->blank = options.blank;
  labels->zero_infinity = options.zero_infinity;
  labels->times = lengths(input_lengths, "input_lengths", n, log_probs.size(0));
  labels->states = with_blanks(targets, counts, classes, options.blank);
  const Tensor losses = record(CtcLoss{std::move(labels)}, at, log_probs);
  if (options.reduction != Reduction::mean) return reduce_losses(losses, options.reduction);
  return reduce_losses(losses / clamp(target_lengths, 1).to(losses.dtype()), options.reduction);
}

}  // namespace gradus
