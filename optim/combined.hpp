#pragma once

#include <memory>

#include <gradus/optim/optimizer.hpp>

namespace gradus::optim {

/// Several optimizers as one, each for parameters of its own: for rules that are not made for every
/// parameter, such as Muon.
///
///     std::vector<std::unique_ptr<optim::Optimizer>> parts;
///     parts.push_back(std::make_unique<optim::Muon>(matrices));
///     parts.push_back(std::make_unique<optim::AdamW>(vectors));
///     optim::Combined both(std::move(parts));
///
/// Its groups and parameters are those of the parts, one part after another, so that a schedule sets the
/// rates of all. They step in that order; where one throws, those before it have stepped.
class Combined final : public Optimizer {
 public:
  using Parts = std::vector<std::unique_ptr<Optimizer>>;

  /// Throws ValueError when there is none or one of them is null, or when two have a parameter in common.
  explicit Combined(Parts parts, SourceLocation at = SourceLocation::current());

  const Parts& parts() const { return parts_; }

  std::string_view name() const override { return "Combined"; }
  std::vector<Tensor> parameters() const override;
  std::size_t group_count() const override;
  double& lr(std::size_t group = 0) override;
  double* momentum(std::size_t group = 0) override;
  using Optimizer::step;
  void step(SourceLocation at = SourceLocation::current()) override;
  /// The states of the parts, each name behind the part's number: "0.groups.0.lr".
  State state_dict() const override;
  void load_state_dict(const State& state, SourceLocation at = SourceLocation::current()) override;

 private:
  /// The part that has a group, and which of the part's groups that is.
  std::pair<Optimizer&, std::size_t> at_group(std::size_t group) const;

  Parts parts_;
};

}  // namespace gradus::optim
