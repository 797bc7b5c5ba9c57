#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gradus/onnx/call.hpp>
#include <gradus/onnx/onnx.hpp>

/// For writers of exporters.
namespace gradus::onnx {

/// Makes a model of two recordings, of the example and of other inputs, that went the same way.
class Builder {
 public:
  Builder(const Recording& example, const Recording& other, const nn::StateDict& state,
          const Options& options);

  /// Translates everything.
  std::string build();

 private:
  friend class Call;
  using Place = std::pair<std::size_t, std::uint32_t>;  ///< a step and which of its outputs

  void name_inputs();
  void name_outputs();
  void add_outputs();
  void translate(std::size_t step);

  /// The name of input i of a step.
  std::string value(std::size_t step, std::size_t i);
  std::string state(const Value& value);
  std::string constant(const Tensor& example, const Tensor& other, const Step& step, std::size_t i);
  std::string stored(const Tensor& value, const std::string& name);
  /// `name` as the shape of x.
  std::string reshaped(const std::string& name, const Tensor& x, const Tensor& other);
  std::string node(std::string_view type, const Names& inputs, const Attributes& attributes = {});
  std::string result_name(Place place);
  /// A name that starts like this and that no other value has.
  std::string fresh(std::string_view start);
  /// The sizes as a vector; see Call::result_sizes.
  std::string sizes(const Shape& example, const Shape& other, bool may_infer);
  /// The size of the batch, as a vector of one.
  std::string batch();
  std::vector<Size> declared(const Shape& example, const Shape& other) const;
  bool is_batch(std::int64_t example, std::int64_t other) const;

  const Recording &example_, &other_;
  const nn::StateDict& state_;
  const Options& options_;
  Translations translations_;
  Model model_;
  std::map<std::string, int, std::less<>> used_;
  Names inputs_, outputs_;
  std::map<Place, std::string> results_;
  std::map<std::size_t, std::string> stored_state_;
  std::map<std::pair<Place, std::int64_t>, std::string> places_;
  std::string batch_, line_;
};

}  // namespace gradus::onnx
