"""What topics share: checks of arguments, exact algebra, quadrature, tables."""
