#include <gradus/autograd/ops/fft.hpp>

#include <bit>
#include <cmath>

#include <gradus/autograd/kernels/fft.hpp>
#include <gradus/autograd/kernels/parallel.hpp>
#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/copy.hpp>
#include <gradus/autograd/ops/join.hpp>
#include <gradus/autograd/ops/pad.hpp>
#include <gradus/autograd/ops/rearrange.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus {

namespace {

/// Of pairs [.., n, 2]. The transform is linear, and its transpose, for pairs, is the inverse.
struct Dft {
  static constexpr std::string_view name = "dft";
  bool inverse;
  Tensor forward(const Tensor& x) const {
    const Tensor y = empty(x.shape(), float64);
    copy_values(x, y);
    const std::int64_t n = x.size(-2), rows = y.numel() / (2 * n);
    const kernels::Fft transform(n);
    auto* const numbers = reinterpret_cast<kernels::Fft::Number*>(y.mutable_data<double>());
    const auto steps = static_cast<std::int64_t>(std::bit_width(static_cast<std::uint64_t>(n)));
    kernels::parallel_for(rows, kernels::chunk_for(4 * n * steps), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) transform(numbers + i * n, inverse);
    });
    return y.to(x.dtype());
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return record(Dft{!inverse}, {}, d.grad()); });
  }
};

void check_length(std::int64_t n) { require(n >= 1, "a length of {} was given; it must be at least 1", n); }

/// Throws unless x is a tensor of pairs.
void check_pairs(const Tensor& x) {
  check_floating(x.dtype());
  require<ShapeError>(x.rank() >= 2 && x.size(-1) == 2, "given {}; needs pairs, [.., n, 2]", x.shape());
}

/// `dim`, counted from 0 among those before the pairs.
std::int64_t dim_of_pairs(const Tensor& x, std::int64_t dim) {
  return static_cast<std::int64_t>(wrap_dim(dim, x.rank() - 1));
}

/// x with n elements along `dim`.
Tensor resized(const Tensor& x, std::int64_t dim, std::int64_t n) {
  check_length(n);
  const std::int64_t size = x.size(dim);
  if (size >= n) return narrow(x, dim, 0, n);
  Shape missing = x.shape();
  missing[static_cast<std::size_t>(dim)] = n - size;
  return cat({x, zeros(missing, {.dtype = x.dtype()})}, dim);
}

/// The transform of pairs along `dim`, scaled.
Tensor transform(const Tensor& x, std::int64_t dim, bool inverse, FftNorm norm) {
  const auto last = static_cast<std::int64_t>(x.rank()) - 2;
  const Tensor y = movedim(record(Dft{inverse}, {}, movedim(x, dim, last)), last, dim);
  const auto n = static_cast<double>(x.size(dim));
  if (norm == FftNorm::ortho) return y / std::sqrt(n);
  return (norm == FftNorm::backward) == inverse ? y / n : y;
}

Tensor conjugate(const Tensor& x) { return x * tensor({1, -1}, {.dtype = x.dtype()}); }

/// The options of the transform in the other direction that scales as this one.
FftOptions turned(FftOptions o) {
  if (o.norm != FftNorm::ortho) o.norm = o.norm == FftNorm::backward ? FftNorm::forward : FftNorm::backward;
  return o;
}

Tensor of_pairs(const Tensor& x, const FftOptions& o, bool inverse) {
  check_pairs(x);
  const std::int64_t dim = dim_of_pairs(x, o.dim);
  return transform(resized(x, dim, o.n.value_or(x.size(dim))), dim, inverse, o.norm);
}

/// Where dimension `i` of `dims` lies, of `count` dimensions in all.
std::int64_t dim_at(const Dims& dims, std::size_t i, std::size_t count) {
  return static_cast<std::int64_t>(dims.empty() ? i : wrap_dim(dims[i], count));
}

/// As many dims of pairs as there are, along all but the last of which they are transformed.
Tensor all_but_last(Tensor x, const FftnOptions& o, std::size_t keep, bool inverse) {
  check_pairs(x);
  wrap_dims(o.dims, x.rank() - 1);
  const std::size_t count = o.dims.empty() ? x.rank() - 1 : o.dims.size();
  for (std::size_t i = 0; i + keep < count; ++i)
    x = of_pairs(x, {.dim = dim_at(o.dims, i, x.rank() - 1), .norm = o.norm}, inverse);
  return x;
}

/// `count` frequencies of n samples, d apart: those from place `negative` on are less than 0.
Tensor frequencies(std::int64_t n, double d, std::int64_t count, std::int64_t negative,
                   const TensorOptions& options) {
  check_length(n);
  require(d != 0, "the distance of samples is 0");
  std::vector<double> values;
  for (std::int64_t k = 0; k < count; ++k)
    values.push_back(static_cast<double>(k < negative ? k : k - n) / (static_cast<double>(n) * d));
  return from_vector(values, count).to(options.dtype).requires_grad_(options.requires_grad);
}

Tensor shifted(const Tensor& x, const Dims& dims, bool back) {
  Dims shifts;
  const Dims all = wrap_dims(dims, x.rank());
  for (const std::int64_t d : all) shifts.push_back(back ? (x.size(d) + 1) / 2 : x.size(d) / 2);
  return x.rank() == 0 ? x : roll(x, shifts, all);
}

}  // namespace

Tensor fft(const Tensor& x, const FftOptions& options, SourceLocation at) {
  const OpScope scope("fft", at);
  return of_pairs(x, options, false);
}

Tensor ifft(const Tensor& x, const FftOptions& options, SourceLocation at) {
  const OpScope scope("ifft", at);
  return of_pairs(x, options, true);
}

Tensor rfft(const Tensor& x, const FftOptions& options, SourceLocation at) {
  const OpScope scope("rfft", at);
  check_floating(x.dtype());
  require<ShapeError>(x.rank() >= 1, "given a 0-d tensor; needs [.., n]");
  const auto dim = static_cast<std::int64_t>(wrap_dim(options.dim, x.rank()));
  const std::int64_t n = options.n.value_or(x.size(dim));
  const Tensor real = resized(x, dim, n);
  const Tensor pairs = stack({real, zeros_like(real)}, -1);
  return narrow(transform(pairs, dim, false, options.norm), dim, 0, n / 2 + 1);
}

Tensor irfft(const Tensor& x, const FftOptions& options, SourceLocation at) {
  const OpScope scope("irfft", at);
  check_pairs(x);
  const std::int64_t dim = dim_of_pairs(x, options.dim);
  const std::int64_t n = options.n.value_or(2 * (x.size(dim) - 1));
  check_length(n);
  const Tensor first = resized(x, dim, n / 2 + 1), rest = narrow(first, dim, 1, n - n / 2 - 1);
  const Tensor pairs = cat({first, conjugate(flip(rest, dim))}, dim);
  return select(transform(pairs, dim, true, options.norm), -1, 0);
}

Tensor hfft(const Tensor& x, const FftOptions& options, SourceLocation at) {
  const OpScope scope("hfft", at);
  check_pairs(x);
  return irfft(conjugate(x), turned(options));
}

Tensor ihfft(const Tensor& x, const FftOptions& options, SourceLocation at) {
  const OpScope scope("ihfft", at);
  return conjugate(rfft(x, turned(options)));
}

Tensor fftn(const Tensor& x, const FftnOptions& options, SourceLocation at) {
  const OpScope scope("fftn", at);
  return all_but_last(x, options, 0, false);
}

Tensor ifftn(const Tensor& x, const FftnOptions& options, SourceLocation at) {
  const OpScope scope("ifftn", at);
  return all_but_last(x, options, 0, true);
}

Tensor rfftn(const Tensor& x, const FftnOptions& options, SourceLocation at) {
  const OpScope scope("rfftn", at);
  require<ShapeError>(x.rank() >= 1, "given a 0-d tensor; needs [.., n]");
  const std::int64_t last = options.dims.empty() ? -1 : options.dims.back();
  return all_but_last(rfft(x, {.dim = last, .norm = options.norm}), options, 1, false);
}

Tensor irfftn(const Tensor& x, const FftnOptions& options, SourceLocation at) {
  const OpScope scope("irfftn", at);
  const Tensor y = all_but_last(x, options, 1, true);
  return irfft(
      y, {.n = options.n, .dim = options.dims.empty() ? -1 : options.dims.back(), .norm = options.norm});
}

Tensor fftfreq(std::int64_t n, double d, const TensorOptions& options, SourceLocation at) {
  const OpScope scope("fftfreq", at);
  return frequencies(n, d, n, (n + 1) / 2, options);
}

Tensor rfftfreq(std::int64_t n, double d, const TensorOptions& options, SourceLocation at) {
  const OpScope scope("rfftfreq", at);
  return frequencies(n, d, n / 2 + 1, n, options);
}

Tensor fftshift(const Tensor& x, const Dims& dims, SourceLocation at) {
  const OpScope scope("fftshift", at);
  return shifted(x, dims, false);
}

Tensor ifftshift(const Tensor& x, const Dims& dims, SourceLocation at) {
  const OpScope scope("ifftshift", at);
  return shifted(x, dims, true);
}

}  // namespace gradus
