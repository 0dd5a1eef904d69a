-- What is known without an end is what the facts hold.
with known as (
    select
        submission_id,
        source_row
    from {{ ref('history_grassroots_unions') }}
    where known_to is null
),

facts as (
    select
        submission_id,
        source_row
    from {{ ref('fct_membership') }}
)

select
    known.submission_id as known_id,
    facts.submission_id as fact_id
from known
full outer join facts
    on known.submission_id = facts.submission_id and known.source_row = facts.source_row
where known.submission_id is null or facts.submission_id is null
