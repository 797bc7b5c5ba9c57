#include <gradus/autograd/ops/random.hpp>

#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include <gradus/autograd/kernels/isa.hpp>
#include <gradus/autograd/kernels/parallel.hpp>
#include <gradus/autograd/kernels/turns.hpp>
#include <gradus/autograd/kernels/wide_product.hpp>
#include <gradus/autograd/ops/copy.hpp>

namespace gradus {

namespace {

/// Words of one batch, kept in a buffer on the stack.
constexpr std::int64_t batch_words = 256;

/// Random words that one number of T takes.
template <class T>
constexpr std::int64_t words_per = sizeof(T) / 4;

/// Uniform in [0, 1): the upper 24 of 32 bits, or the upper 53 of 64.
template <class T>
T unit(const std::uint32_t* words) {
  if constexpr (std::is_same_v<T, float>)
    return static_cast<float>(static_cast<std::int32_t>(words[0] >> 8)) * 0x1p-24F;
  else
    return static_cast<double>((words[0] | std::uint64_t{words[1]} << 32) >> 11) * 0x1p-53;
}

/// Calls f(i, count, words) for batches of elements i, ..., i + count - 1, perhaps in parallel; `words` holds
/// words_per<T> for each and always a whole batch.
template <class T, class F>
void for_batches(const RandomCall& call, std::int64_t n, F f) {
  constexpr std::int64_t batch = batch_words / words_per<T>;
  kernels::parallel_for(n, 32 * batch, [&](std::int64_t begin, std::int64_t end) {
    std::array<std::uint32_t, batch_words> words;
    for (std::int64_t i = begin; i < end; i += batch) {
      call.blocks(static_cast<std::uint64_t>(i * words_per<T> / 4), words);
      f(i, std::min(batch, end - i), words.data());
    }
  });
}

/// `RandomCall::below` for many numbers in a row.
class Draws {
 public:
  static constexpr std::int64_t batch = batch_words / 2;
  explicit Draws(const RandomCall& call) : call_(call) {}

  /// Makes ready for numbers i, ..., i + batch - 1; i is even.
  void take(std::int64_t i) {
    first_ = i;
    call_.blocks(static_cast<std::uint64_t>(i / 2), words_);
  }
  /// call.below(range, i).
  std::uint64_t below(std::uint64_t range, std::int64_t i) const {
    const auto scaled = kernels::scale_words(words_.data() + 2 * (i - first_), range);
    // Some of those with a low half that is less than the range are drawn again.
    return scaled.low >= range ? scaled.high : call_.below(range, static_cast<std::uint64_t>(i));
  }

 private:
  const RandomCall& call_;
  std::int64_t first_ = 0;
  std::array<std::uint32_t, batch_words> words_;
};

/// ---- What elements are filled with: rules that write `n` elements of a row-major array

struct Uniform {
  double low, high;

  template <class T>
  void fill(const RandomCall& call, std::int64_t n, T* out) const {
    const T first = static_cast<T>(low);
    const T end = static_cast<T>(high);
    const T width = static_cast<T>(high - low);
    // low + width * u may round up to high, which is not in the range.
    const T last = first < end ? std::nextafter(end, first) : first;
    for_batches<T>(call, n, [&](std::int64_t i, std::int64_t count, const std::uint32_t* words) {
      kernels::vectorized([=] {
        for (std::int64_t j = 0; j < count; ++j)
          out[i + j] = std::min(first + width * unit<T>(words + j * words_per<T>), last);
      });
    });
  }
};

/// Two independent numbers of the standard normal distribution.
template <class T>
struct NormalPair {
  T first, second;
};

/// From a uniform one in (0, 1] and one in [0, 1) (Box and Muller's transform).
template <class T>
NormalPair<T> normal_pair(const std::uint32_t* words) {
  const T radius = std::sqrt(-2 * std::log(1 - unit<T>(words)));
  const T angle = 2 * std::numbers::pi_v<T> * unit<T>(words + words_per<T>);
  return {radius * std::cos(angle), radius * std::sin(angle)};
}
/// As above without calls. The one in (0, 1] has 31 bits, so that numbers far from 0 come up too.
template <>
inline NormalPair<float> normal_pair<float>(const std::uint32_t* words) {
  using kernels::math::detail::sin_half_turns;
  const auto count = static_cast<float>(static_cast<std::int32_t>(~words[0] >> 1));
  const float radius = std::sqrt(-2.0F * kernels::math::log((count + 0.5F) * 0x1p-31F));
  const double turns = 2.0 * unit<float>(words + 1);
  return {radius * static_cast<float>(sin_half_turns(turns, 0, 0.5)),
          radius * static_cast<float>(sin_half_turns(turns, 0, 0))};
}

struct Normal {
  double mean, std;

  template <class T>
  void fill(const RandomCall& call, std::int64_t n, T* out) const {
    constexpr std::int64_t w = words_per<T>, batch = batch_words / w;
    const T centre = static_cast<T>(mean);
    const T spread = static_cast<T>(std);
    for_batches<T>(call, n, [&](std::int64_t i, std::int64_t count, const std::uint32_t* words) {
      std::array<T, batch> values;
      kernels::vectorized([=, to = count == batch ? out + i : values.data()] {
        for (std::int64_t j = 0; j < batch; j += 2) {
          const NormalPair<T> pair = normal_pair<T>(words + j * w);
          to[j] = centre + spread * pair.first;
          to[j + 1] = centre + spread * pair.second;
        }
      });
      if (count < batch) std::copy_n(values.begin(), count, out + i);
    });
  }
};

/// `p` has one element, or as many as the result.
template <class P>
struct Bernoulli {
  const P* p;
  std::int64_t step;

  template <class T>
  void fill(const RandomCall& call, std::int64_t n, T* out) const {
    for_batches<P>(call, n, [&](std::int64_t i, std::int64_t count, const std::uint32_t* words) {
      kernels::vectorized([=, odds = p + i * step, step = step] {
        for (std::int64_t j = 0; j < count; ++j)
          out[i + j] = static_cast<T>(unit<P>(words + j * words_per<P>) < odds[j * step]);
      });
    });
  }
};

struct Integers {
  std::int64_t low, high;

  template <class T>
  void fill(const RandomCall& call, std::int64_t n, T* out) const {
    const std::uint64_t range = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
    kernels::parallel_for(n, 64 * Draws::batch, [&](std::int64_t begin, std::int64_t end) {
      Draws draws(call);
      for (std::int64_t i = begin; i < end; i += Draws::batch) {
        draws.take(i);
        for (std::int64_t j = i; j < std::min(i + Draws::batch, end); ++j)
          out[j] = static_cast<T>(
              static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + draws.below(range, j)));
      }
    });
  }
};

/// ---- Filling tensors

enum class Only { floating, any };

/// Fills x, of any strides. Elements are numbered in row-major order, whatever the layout.
template <Only only = Only::floating, class Rule>
void fill(const Tensor& x, const Rule& rule, Generator* generator) {
  const auto into = [&]<class T>(const Tensor& dense) {
    const RandomCall call = (generator != nullptr ? *generator : default_generator()).next_call();
    rule.fill(call, dense.numel(), dense.mutable_data<T>());
  };
  const auto run = [&]<class T>() {
    if (x.is_contiguous()) return into.template operator()<T>(x);
    const Tensor dense = empty(x.shape(), x.dtype());
    into.template operator()<T>(dense);
    copy_values(dense, x);
  };
  if constexpr (only == Only::floating)
    dispatch_floating(x.dtype(), run);
  else
    dispatch(x.dtype(), run);
}

template <Only only = Only::floating, class Rule>
Tensor filled(const Shape& shape, const TensorOptions& options, const Rule& rule, Generator* generator) {
  Tensor x = empty(shape, options.dtype);
  fill<only>(x, rule, generator);
  if (options.requires_grad) x.requires_grad_();
  return x;
}

Uniform checked_uniform(double low, double high) {
  require(std::isfinite(low) && std::isfinite(high) && low <= high,
          "the range [{}, {}) was given; it must be finite with low <= high", low, high);
  return {low, high};
}

Normal checked_normal(double mean, double std) {
  require(std >= 0, "a standard deviation of {} was given; it must not be negative", std);
  return {mean, std};
}

void check_probability(double p) {
  require(p >= 0 && p <= 1, "a probability of {} was given; it must lie in [0, 1]", p);
}

/// Throws unless `dtype` holds every integer of [low, high).
void check_holds(DType dtype, std::int64_t low, std::int64_t high) {
  const bool holds = dispatch(dtype, [&]<class T>() {
    if constexpr (std::is_same_v<T, std::int64_t>) {
      return true;
    } else {
      constexpr bool sign = std::is_floating_point_v<T>;  // and its digits do not count 2^digits itself
      constexpr std::int64_t limit = std::int64_t{1} << std::numeric_limits<T>::digits;
      return low >= (sign ? -limit : 0) && high - 1 <= (sign ? limit : limit - 1);
    }
  });
  require<DTypeError>(holds, "{} cannot hold every integer from {} to {}", dtype, low, high - 1);
}

}  // namespace

Tensor rand(const Shape& shape, const TensorOptions& options, Generator* generator, SourceLocation at) {
  const OpScope scope("rand", at);
  return filled(shape, options, Uniform{0, 1}, generator);
}

Tensor uniform(const Shape& shape, double low, double high, const TensorOptions& options,
               Generator* generator, SourceLocation at) {
  const OpScope scope("uniform", at);
  return filled(shape, options, checked_uniform(low, high), generator);
}

Tensor randn(const Shape& shape, const TensorOptions& options, Generator* generator, SourceLocation at) {
  const OpScope scope("randn", at);
  return filled(shape, options, Normal{0, 1}, generator);
}

Tensor normal(const Shape& shape, double mean, double std, const TensorOptions& options, Generator* generator,
              SourceLocation at) {
  const OpScope scope("normal", at);
  return filled(shape, options, checked_normal(mean, std), generator);
}

Tensor randint(std::int64_t low, std::int64_t high, const Shape& shape, const TensorOptions& options,
               Generator* generator, SourceLocation at) {
  const OpScope scope("randint", at);
  require(low < high, "the range [{}, {}) was given; it must hold at least one integer", low, high);
  check_holds(options.dtype, low, high);
  return filled<Only::any>(shape, options, Integers{low, high}, generator);
}

Tensor randperm(std::int64_t n, const TensorOptions& options, Generator* generator, SourceLocation at) {
  const OpScope scope("randperm", at);
  require(n >= 0, "n = {} was given; it must not be negative", n);
  Tensor x = arange(n);
  if (n > 0) check_holds(options.dtype, 0, n);
  const RandomCall call = (generator != nullptr ? *generator : default_generator()).next_call();
  std::int64_t* values = x.mutable_data<std::int64_t>();
  Draws draws(call);
  for (std::int64_t end = n, begin; end > 1; end = begin) {  // Fisher and Yates
    begin = (end - 1) / Draws::batch * Draws::batch;
    draws.take(begin);
    for (std::int64_t last = end - 1; last >= std::max<std::int64_t>(begin, 1); --last)
      std::swap(values[last], values[draws.below(static_cast<std::uint64_t>(last) + 1, last)]);
  }
  x = x.to(options.dtype, at);
  if (options.requires_grad) x.requires_grad_();
  return x;
}

Tensor bernoulli(double p, const Shape& shape, const TensorOptions& options, Generator* generator,
                 SourceLocation at) {
  const OpScope scope("bernoulli", at);
  check_probability(p);
  return filled<Only::any>(shape, options, Bernoulli<double>{&p, 0}, generator);
}

Tensor bernoulli(const Tensor& p, Generator* generator, SourceLocation at) {
  const OpScope scope("bernoulli", at);
  const Tensor dense = p.detach().contiguous();
  return dispatch_floating(p.dtype(), [&]<class P>() {
    for (const P value : dense.span<P>()) check_probability(static_cast<double>(value));
    return filled(p.shape(), {.dtype = p.dtype()}, Bernoulli<P>{dense.data<P>(), 1}, generator);
  });
}

Tensor rand_like(const Tensor& x, Generator* generator, SourceLocation at) {
  const OpScope scope("rand_like", at);
  const Tensor y = empty_like(x);
  fill(y, Uniform{0, 1}, generator);
  return y;
}

Tensor randn_like(const Tensor& x, Generator* generator, SourceLocation at) {
  const OpScope scope("randn_like", at);
  const Tensor y = empty_like(x);
  fill(y, Normal{0, 1}, generator);
  return y;
}

Tensor uniform_(Tensor x, double low, double high, Generator* generator, SourceLocation at) {
  const OpScope scope("uniform_", at);
  const Uniform rule = checked_uniform(low, high);
  x.mark_written("uniform_", at);
  fill(x, rule, generator);
  return x;
}

Tensor normal_(Tensor x, double mean, double std, Generator* generator, SourceLocation at) {
  const OpScope scope("normal_", at);
  const Normal rule = checked_normal(mean, std);
  x.mark_written("normal_", at);
  fill(x, rule, generator);
  return x;
}

Tensor bernoulli_(Tensor x, double p, Generator* generator, SourceLocation at) {
  const OpScope scope("bernoulli_", at);
  check_probability(p);
  x.mark_written("bernoulli_", at);
  fill<Only::any>(x, Bernoulli<double>{&p, 0}, generator);
  return x;
}

}  // namespace gradus
