#include <gradus/autograd/kernels/fft.hpp>

#include <bit>
#include <numbers>
#include <utility>

namespace gradus::kernels {

namespace {

using Number = Fft::Number;

/// Without the care for infinities that the operator takes.
Number product(Number a, Number b) {
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

/// e^(-2 pi i k / n)
Number root(std::int64_t k, std::int64_t n) {
  return std::polar(1.0, -2 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(n));
}

std::int64_t power_of_two(std::int64_t n) {
  return static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(n)));
}

/// Element i to the place whose bits are those of i in reversed order.
void reverse_bits(std::int64_t n, Number* x) {
  for (std::int64_t i = 1, j = 0; i < n; ++i) {
    std::int64_t bit = n / 2;
    for (; (j & bit) != 0; bit /= 2) j ^= bit;
    j ^= bit;
    if (i < j) std::swap(x[i], x[j]);
  }
}

/// Transforms a power of 2 of numbers.
void halve(std::int64_t n, const std::vector<Number>& roots, Number* x) {
  reverse_bits(n, x);
  for (std::int64_t half = 1; half < n; half *= 2)
    for (std::int64_t begin = 0; begin < n; begin += 2 * half)
      for (std::int64_t j = 0; j < half; ++j) {
        Number &low = x[begin + j], &high = x[begin + j + half];
        const Number turned = product(high, roots[static_cast<std::size_t>(j * (n / (2 * half)))]);
        high = low - turned;
        low += turned;
      }
}

void conjugate(std::int64_t n, Number* x) {
  for (std::int64_t i = 0; i < n; ++i) x[i] = std::conj(x[i]);
}

}  // namespace

Fft::Fft(std::int64_t n) : n_(n), halving_size_(power_of_two(n)) {
  const bool halves = halving_size_ == n;
  if (!halves) halving_size_ = power_of_two(2 * n - 1);
  for (std::int64_t k = 0; k < halving_size_ / 2; ++k) roots_.push_back(root(k, halving_size_));
  if (halves) return;
  for (std::int64_t k = 0; k < n; ++k) chirp_.push_back(root(k * k % (2 * n), 2 * n));
  filter_.resize(static_cast<std::size_t>(halving_size_));
  for (std::int64_t k = 0; k < n; ++k) {  // also at -k, counted from the end
    const Number value = std::conj(chirp_[static_cast<std::size_t>(k)]);
    filter_[static_cast<std::size_t>(k)] = value;
    if (k > 0) filter_[static_cast<std::size_t>(halving_size_ - k)] = value;
  }
  halve(halving_size_, roots_, filter_.data());
}

void Fft::forward(Number* x) const {
  if (chirp_.empty()) return halve(n_, roots_, x);
  // j k = (j^2 + k^2 - (k - j)^2) / 2 makes a convolution of the sum.
  std::vector<Number> work(static_cast<std::size_t>(halving_size_));
  for (std::size_t k = 0; k < chirp_.size(); ++k) work[k] = product(x[k], chirp_[k]);
  halve(halving_size_, roots_, work.data());
  for (std::size_t k = 0; k < work.size(); ++k) work[k] = std::conj(product(work[k], filter_[k]));
  halve(halving_size_, roots_, work.data());  // of conjugates: the inverse
  const double share = 1 / static_cast<double>(halving_size_);
  for (std::size_t k = 0; k < chirp_.size(); ++k) x[k] = product(std::conj(work[k]) * share, chirp_[k]);
}

void Fft::operator()(Number* x, bool inverse) const {
  if (inverse) conjugate(n_, x);
  forward(x);
  if (inverse) conjugate(n_, x);
}

}  // namespace gradus::kernels
