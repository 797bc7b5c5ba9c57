#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gradus/onnx/model.hpp>
#include <gradus/onnx/recording.hpp>

/// For writers of translations: from recorded ops to nodes of ONNX.
namespace gradus::onnx {

class Builder;

using Names = std::vector<std::string>;
using Attributes = std::vector<Attribute>;
using Integers = std::vector<std::int64_t>;

/// A recorded op that is to be translated: what it is, and how the translation says what it becomes. Values
/// go by their names in the file. Shapes are those of the example.
class Call {
 public:
  Call(Builder& builder, std::size_t index);

  /// ---- The op
  std::string_view op() const;
  std::size_t input_count() const;
  bool has(std::size_t i) const;
  /// Input i, which must not be left out.
  std::string input(std::size_t i);
  /// All inputs; "" for one that is left out.
  Names inputs();
  const Shape& shape(std::size_t i) const;
  const Shape& result_shape(std::size_t output = 0) const;
  DType dtype(std::size_t output = 0) const;
  DType input_dtype(std::size_t i) const;
  std::size_t output_count() const;
  /// Whether the batch changes size d of the result.
  bool is_dynamic(std::size_t d) const;
  /// Whether the batch changes size d of input i.
  bool input_is_dynamic(std::size_t i, std::size_t d) const;

  /// ---- Its attributes, by the names that its struct gives them; but for the text of all of them, all throw
  /// if the batch changes them.
  std::string attributes() const;
  std::int64_t integer(std::string_view name) const;
  double number(std::string_view name) const;
  std::optional<double> optional_number(std::string_view name) const;
  bool flag(std::string_view name) const;
  /// The flag `keepdim` as ONNX's attribute `keepdims` has it.
  std::int64_t keepdims() const;
  std::string text(std::string_view name) const;
  /// A list, or a Pair.
  Integers integers(std::string_view name) const;

  /// ---- What it becomes
  /// A node on the way; its result.
  std::string add(std::string_view type, const Names& inputs, const Attributes& attributes = {});
  /// A node on the way with several results.
  Names add(std::string_view type, const Names& inputs, const Attributes& attributes, std::size_t count);
  /// The node whose result is the op's (first) result.
  void become(std::string_view type, const Names& inputs, const Attributes& attributes = {});
  /// The node whose results are the op's.
  void become_all(std::string_view type, const Names& inputs, const Attributes& attributes = {});
  /// A node for each of the op's first results, of one input each.
  void become_each(std::string_view type, const Names& inputs);
  /// A vector.
  std::string constant(const Integers& values);
  /// A 0-d number in the dtype of the result.
  std::string scalar(double value);
  /// A tensor that the file then holds.
  std::string constant(const Tensor& value);
  /// The shape of the result, as a vector. -1 stands for what follows from the others if `may_infer`.
  std::string result_sizes(bool may_infer);
  /// Notes that the result of this op at one place of dimension 0 has a name, though not all of it.
  void note_place(std::size_t output, std::int64_t place, const std::string& name);
  std::optional<std::string> noted_place(std::size_t input, std::int64_t place) const;

  /// Throws ValueError with the op's name and the user's line.
  [[noreturn]] void stop(const std::string& text) const;

 private:
  std::string attribute(std::string_view name) const;

  Builder& builder_;
  std::size_t index_;
  const Step &step_, &other_;
};

using Translation = std::function<void(Call&)>;
using Translations = std::map<std::string_view, Translation>;

Translations comparison_translations();
Translations pointwise_translations();
Translations shape_translations();
Translations network_translations();
Translations recurrent_translations();
Translations selection_translations();

}  // namespace gradus::onnx
