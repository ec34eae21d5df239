"""Work on the grid: patrols and their points, duties and their checklists, visits, vans, posts that come."""
