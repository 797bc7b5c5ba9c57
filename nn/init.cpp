#include <gradus/nn/init.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/random.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus::nn::init {

Tensor uniform_(Tensor tensor, double low, double high, Generator* generator, SourceLocation at) {
  const NoGrad guard;
  return gradus::uniform_(std::move(tensor), low, high, generator, at);
}

Tensor normal_(Tensor tensor, double mean, double std, Generator* generator, SourceLocation at) {
  const NoGrad guard;
  return gradus::normal_(std::move(tensor), mean, std, generator, at);
}

Tensor constant_(Tensor tensor, double value, SourceLocation at) {
  const NoGrad guard;
  tensor.fill_(value, at);
  return tensor;
}

Tensor zeros_(Tensor tensor, SourceLocation at) { return constant_(std::move(tensor), 0, at); }
Tensor ones_(Tensor tensor, SourceLocation at) { return constant_(std::move(tensor), 1, at); }

Fans fans(const Tensor& weight) {
  const Shape& shape = weight.shape();
  require<ShapeError>(shape.size() >= 2, "the weight is {}; needs two dimensions at least, [out, in, ...]",
                      shape);
  std::int64_t field = 1;
  for (std::size_t i = 2; i < shape.size(); ++i) field *= shape[i];
  return {shape[1] * field, shape[0] * field};
}

double gain(Nonlinearity nonlinearity, double slope) {
  switch (nonlinearity) {
    case Nonlinearity::linear:
    case Nonlinearity::sigmoid:
      return 1;
    case Nonlinearity::tanh:
      return 5.0 / 3;
    case Nonlinearity::relu:
      return std::sqrt(2.0);
    case Nonlinearity::leaky_relu:
      return std::sqrt(2 / (1 + slope * slope));
    case Nonlinearity::selu:
      return 0.75;
  }
  fail("gain: not one of the nonlinearities");
}

namespace {

double xavier_std(const Tensor& weight, double gain) {
  const auto [in, out] = fans(weight);
  return gain * std::sqrt(2 / static_cast<double>(in + out));
}

double kaiming_std(const Tensor& weight, const KaimingOptions& options) {
  const auto [in, out] = fans(weight);
  const auto fan = static_cast<double>(options.mode == FanMode::fan_in ? in : out);
  return gain(options.nonlinearity, options.a) / std::sqrt(fan);
}

/// Uniform with that standard deviation. A weight without elements has none.
Tensor uniform_with_std(const Tensor& weight, double std, Generator* generator, const SourceLocation& at) {
  const double bound = std::sqrt(3.0) * std;
  return weight.numel() == 0 ? weight : init::uniform_(weight, -bound, bound, generator, at);
}

Tensor normal_with_std(const Tensor& weight, double std, Generator* generator, const SourceLocation& at) {
  return weight.numel() == 0 ? weight : init::normal_(weight, 0, std, generator, at);
}

/// Of a matrix of `rows` >= `columns`, given and returned column by column: the orthogonal factor of its QR
/// decomposition whose triangular factor has a positive diagonal.
void orthonormalise(std::vector<double>& matrix, std::size_t rows, std::size_t columns) {
  std::vector<double> vectors(rows * columns);  // the Householder vectors, column by column
  std::vector<double> signs(columns);
  const auto reflect = [&](std::size_t k, double* column) {
    const double* v = &vectors[k * rows];
    double dot = 0;
    for (std::size_t i = k; i < rows; ++i) dot += v[i] * column[i];
    for (std::size_t i = k; i < rows; ++i) column[i] -= 2 * dot * v[i];
  };
  for (std::size_t k = 0; k < columns; ++k) {
    const double* a = &matrix[k * rows];
    double* v = &vectors[k * rows];
    double norm = 0;
    for (std::size_t i = k; i < rows; ++i) norm += a[i] * a[i];
    norm = std::sqrt(norm);
    signs[k] = a[k] < 0 ? 1 : -1;  // of R's diagonal: away from a[k], so that nothing cancels
    std::copy(a + k, a + rows, v + k);
    v[k] -= signs[k] * norm;
    double length = 0;
    for (std::size_t i = k; i < rows; ++i) length += v[i] * v[i];
    length = std::sqrt(length);
    for (std::size_t i = k; i < rows; ++i) v[i] = length > 0 ? v[i] / length : 0;
    for (std::size_t j = k; j < columns; ++j) reflect(k, &matrix[j * rows]);
  }
  // Q is the reflections applied to the unit vectors, last one first.
  std::fill(matrix.begin(), matrix.end(), 0.0);
  for (std::size_t j = 0; j < columns; ++j) {
    double* column = &matrix[j * rows];
    column[j] = signs[j];
    for (std::size_t k = j + 1; k-- > 0;) reflect(k, column);
  }
}

}  // namespace

Tensor xavier_uniform_(Tensor weight, double gain, Generator* generator, SourceLocation at) {
  const OpScope scope("xavier_uniform_", at);
  return uniform_with_std(weight, xavier_std(weight, gain), generator, at);
}

Tensor xavier_normal_(Tensor weight, double gain, Generator* generator, SourceLocation at) {
  const OpScope scope("xavier_normal_", at);
  return normal_with_std(weight, xavier_std(weight, gain), generator, at);
}

Tensor kaiming_uniform_(Tensor weight, const KaimingOptions& options, Generator* generator,
                        SourceLocation at) {
  const OpScope scope("kaiming_uniform_", at);
  return uniform_with_std(weight, kaiming_std(weight, options), generator, at);
}

Tensor kaiming_normal_(Tensor weight, const KaimingOptions& options, Generator* generator,
                       SourceLocation at) {
  const OpScope scope("kaiming_normal_", at);
  return normal_with_std(weight, kaiming_std(weight, options), generator, at);
}

Tensor orthogonal_(Tensor weight, double gain, Generator* generator, SourceLocation at) {
  const OpScope scope("orthogonal_", at);
  const Shape& shape = weight.shape();
  require<ShapeError>(shape.size() >= 2, "the weight is {}; needs two dimensions at least, [out, in, ...]",
                      shape);
  if (weight.numel() == 0) return weight;
  const std::int64_t height = shape[0], width = weight.numel() / height;
  const auto rows = static_cast<std::size_t>(std::max(height, width));
  const auto columns = static_cast<std::size_t>(std::min(height, width));
  std::vector<double> matrix =
      randn({static_cast<std::int64_t>(rows * columns)}, {.dtype = float64}, generator, at)
          .to_vector<double>();
  orthonormalise(matrix, rows, columns);
  for (double& x : matrix) x *= gain;
  // Columns one after the other are the rows of the transpose: the weight itself if it is wide.
  Tensor values = from_vector(matrix, {static_cast<std::int64_t>(columns), static_cast<std::int64_t>(rows)});
  if (height > width) values = transpose(values, 0, 1);
  const NoGrad guard;
  weight.copy_(reshape(values, shape), at);
  return weight;
}

void fan_in_uniform_(const Tensor& weight, const Tensor& bias, Generator* generator, SourceLocation at) {
  const std::int64_t fan_in = fans(weight).in;
  if (fan_in == 0) {
    if (bias.defined()) zeros_(bias, at);
    return;
  }
  const double bound = 1 / std::sqrt(static_cast<double>(fan_in));
  init::uniform_(weight, -bound, bound, generator, at);
  if (bias.defined()) init::uniform_(bias, -bound, bound, generator, at);
}

}  // namespace gradus::nn::init
