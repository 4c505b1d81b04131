"""A picture to an assessment: model card, network, classifier and heat maps."""
